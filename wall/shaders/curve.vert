// A bowed edge, or a comet on one, as a strip of 2 (SEGMENTS + 1) vertices along a quadratic curve.
in vec4 ends;
in vec2 width_bow;
in vec4 first;
in vec4 second;
in vec2 span;
uniform float opacity;
out vec4 shade;
out float across;
out float half_width;

void main() {
    float share = float(gl_VertexID / 2) / float(SEGMENTS);
    float side = float(gl_VertexID % 2) * 2.0 - 1.0;
    float u = mix(span.x, span.y, share);
    vec2 a = ends.xy, b = ends.zw;
    vec2 d = b - a;
    vec2 c = 0.5 * (a + b) + vec2(d.y, -d.x) * width_bow.y * 2.0;
    vec2 p = mix(mix(a, c, u), mix(c, b, u), u);
    vec2 t = mix(c - a, b - c, u);
    float l = max(length(t), 1e-4);
    half_width = max(0.5 * width_bow.x, 0.55 / scale);
    float reach = half_width + 1.0 / scale;
    across = side * reach;
    shade = mix(first, second, share);
    shade.a *= opacity * min(1.0, 0.5 * width_bow.x * scale / 0.55);
    gl_Position = clip_of(p + vec2(-t.y, t.x) / l * side * reach);
}
