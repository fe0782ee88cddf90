// A curved edge, or a comet on one, as a strip of 2 (SEGMENTS + 1) vertices along a quadratic curve.
in vec4 ends;
in vec3 width_via;
in vec4 first;
in vec4 second;
in vec2 span;
uniform float opacity;
noperspective out vec3 shade;
noperspective out float across;
flat out float reach;

void main() {
    float share = float(gl_VertexID / 2) / float(SEGMENTS);
    float side = float(gl_VertexID % 2) * 2.0 - 1.0;
    float u = mix(span.x, span.y, share);
    vec2 a = ends.xy, b = ends.zw;
    vec2 c = 0.5 * (a + b) + width_via.yz;
    vec2 p = mix(mix(a, c, u), mix(c, b, u), u);
    vec2 t = mix(c - a, b - c, u);
    float l = max(length(t), 1e-4);
    reach = max(0.5 * width_via.x * scale, 0.55) + 0.5;
    across = side * reach;
    vec4 tint = mix(first, second, share);
    shade = shine(tint.rgb) * (tint.a * opacity * min(1.0, 0.5 * width_via.x * scale / 0.55));
    gl_Position = clip_of(p + vec2(-t.y, t.x) / l * across / scale);
}
