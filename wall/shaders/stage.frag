// Half a level of noise, fixed to the canvas, so that the dark shows no bands (Roberts' R2 sequence: one fract a pixel).
noperspective in vec3 shade;
uniform vec3 noise;  // its phase at the target's corner, and what it gains a pixel to the right and up
out vec4 colour;

void main() {
    float n = fract(dot(gl_FragCoord.xy, noise.yz) + noise.x);
    colour = vec4(shade + (n - 0.5) / 255.0, 1.0);
}
