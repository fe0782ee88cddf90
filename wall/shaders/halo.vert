in vec2 at;
in vec2 size;
in vec4 tint;
uniform float opacity;
noperspective out vec2 off;
flat out float core;
flat out vec3 shade;
flat out float light;
flat out vec3 heart;

void main() {
    vec2 corner = vec2(float(gl_VertexID % 2), float(gl_VertexID / 2)) * 2.0 - 1.0;
    off = corner;
    core = size.x / max(size.y, 0.6 / scale);
    shade = shine(tint.rgb);
    heart = mix(vec3(1.0), shade, 0.88 * paper);
    light = tint.a * opacity;
    gl_Position = clip_of(at + corner * size.x);
}
