// A wide soft halo, a narrower glow in the node's colour, and a white-hot core with a soft rim.
in vec2 off;
in float core;
in vec4 shade;
out vec4 colour;

void main() {
    float d2 = dot(off, off);
    if (d2 >= 1.0) discard;
    float far = 1.0 - sqrt(d2);
    float halo = far * far * (0.42 + 0.58 * far);
    float q = d2 * core * core;
    float hot = 1.0 / (1.0 + 0.8 * q * (1.0 + q));
    float glow = 1.0 / (1.0 + 0.35 * q);
    float edge = 1.0 - d2;
    vec3 light = shade.rgb * (halo * 0.62 + glow * edge * 0.6) + vec3(hot) * edge;
    colour = vec4(min(light * shade.a, vec3(1.0)), 0.0);
}
