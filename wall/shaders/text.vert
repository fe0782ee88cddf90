in vec4 rect;
in vec4 part;
in float fade;
uniform float opacity;
out vec2 uv;
out float strength;

void main() {
    vec2 corner = vec2(float(gl_VertexID % 2), float(gl_VertexID / 2));
    uv = mix(part.xy, part.zw, corner);
    strength = fade * opacity;
    gl_Position = clip_of(rect.xy + rect.zw * corner);
}
