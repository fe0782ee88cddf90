noperspective in vec3 shade;
noperspective in float across;  // target pixels from the middle
flat in float reach;  // where the cover ends
out vec4 colour;

void main() {
    float cover = clamp(reach - abs(across), 0.0, 1.0);
    colour = vec4(shade * cover, 0.0);
}
