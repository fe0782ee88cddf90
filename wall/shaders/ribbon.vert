in vec2 at;
in vec2 side_half;
in vec4 tint;
uniform float opacity;
out float across;
out float half_width;
out vec4 shade;

void main() {
    across = side_half.x;
    half_width = side_half.y;
    shade = vec4(tint.rgb, tint.a * opacity);
    gl_Position = clip_of(at);
}
