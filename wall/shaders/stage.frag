// Half a level of noise, fixed to the canvas, so that the dark shows no bands.
in vec3 shade;
uniform vec3 origin;  // canvas x of the target's left, canvas y of its bottom, canvas pixels a target pixel
out vec4 colour;

void main() {
    vec2 p = floor(vec2(origin.x + gl_FragCoord.x * origin.z, origin.y - gl_FragCoord.y * origin.z));
    float noise = fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715))));
    colour = vec4(shade + (noise - 0.5) / 255.0, 1.0);
}
