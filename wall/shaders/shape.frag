in vec2 off;
in vec2 half_size;
in vec2 form;
in vec4 shade;
uniform float scale;
out vec4 colour;

void main() {
    float r = min(form.x, min(half_size.x, half_size.y));
    vec2 q = abs(off) - half_size + r;
    float d = length(max(q, vec2(0.0))) + min(max(q.x, q.y), 0.0) - r;
    float cover = clamp(0.5 - d * scale, 0.0, 1.0);
    if (form.y > 0.0) cover *= clamp(0.5 + (d + form.y) * scale, 0.0, 1.0);
    float a = shade.a * cover;
    colour = vec4(shade.rgb * a, a);
}
