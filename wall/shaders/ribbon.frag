in float across;
in float half_width;
in vec4 shade;
uniform float scale;
out vec4 colour;

void main() {
    float cover = half_width > 0.0 ? clamp((1.0 - abs(across)) * half_width * scale, 0.0, 1.0) : 1.0;
    float a = shade.a * cover;
    colour = vec4(shade.rgb * a, a);
}
