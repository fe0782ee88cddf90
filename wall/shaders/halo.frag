// A wide soft halo, a narrower glow in the node's colour, and a core with a soft rim: white-hot, on paper a drop of ink.
noperspective in vec2 off;
flat in float core;
flat in vec3 shade;
flat in float light;
flat in vec3 heart;
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
    vec3 lit = shade * (halo * 0.62 + glow * edge * 0.6) + heart * (hot * edge);
    colour = vec4(min(lit * light, vec3(1.0)), 0.0);
}
