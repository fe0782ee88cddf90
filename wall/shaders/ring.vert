in vec4 ring;
in vec4 tint;
uniform float opacity;
noperspective out vec3 shade;
noperspective out float across;
flat out float reach;

void main() {
    float angle = 6.28318530718 * float(gl_VertexID / 2) / float(SEGMENTS);
    float side = float(gl_VertexID % 2) * 2.0 - 1.0;
    reach = max(0.5 * ring.w * scale, 0.55) + 0.5;
    across = side * reach;
    shade = shine(tint.rgb) * (tint.a * opacity);
    gl_Position = clip_of(ring.xy + vec2(cos(angle), sin(angle)) * (ring.z + across / scale));
}
