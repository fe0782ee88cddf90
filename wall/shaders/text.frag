in vec2 uv;
in float strength;
uniform sampler2D page;
out vec4 colour;

void main() {
    colour = texture(page, uv) * strength;
}
