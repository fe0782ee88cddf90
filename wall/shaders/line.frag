in vec4 shade;
in float across;
in float half_width;
uniform float scale;
out vec4 colour;

void main() {
    float cover = clamp((half_width - abs(across)) * scale + 0.5, 0.0, 1.0);
    colour = vec4(shade.rgb * (shade.a * cover), 0.0);
}
