in vec2 at;
in vec3 colour;
noperspective out vec3 shade;

void main() {
    shade = colour;
    gl_Position = clip_of(at);
}
