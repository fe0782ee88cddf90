in vec4 rect;
in vec2 corner_stroke;
in vec4 tint;
uniform float opacity;
out vec2 off;
out vec2 half_size;
out vec2 form;
out vec4 shade;

void main() {
    vec2 corner = vec2(float(gl_VertexID % 2), float(gl_VertexID / 2)) * 2.0 - 1.0;
    half_size = rect.zw * 0.5;
    off = corner * (half_size + 1.0 / scale);
    form = corner_stroke;
    shade = vec4(tint.rgb, tint.a * opacity);
    gl_Position = clip_of(rect.xy + half_size + off);
}
