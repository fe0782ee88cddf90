in vec4 ring;
in vec4 tint;
uniform float opacity;
out vec4 shade;
out float across;
out float half_width;

void main() {
    float angle = 6.28318530718 * float(gl_VertexID / 2) / float(SEGMENTS);
    float side = float(gl_VertexID % 2) * 2.0 - 1.0;
    half_width = max(0.5 * ring.w, 0.55 / scale);
    across = side * (half_width + 1.0 / scale);
    shade = tint;
    shade.a *= opacity;
    gl_Position = clip_of(ring.xy + vec2(cos(angle), sin(angle)) * (ring.z + across));
}
