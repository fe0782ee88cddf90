// Canvas pixels to clip space. `view` is the part of the canvas shown: x, y, and 2 / width, 2 / height.
uniform vec4 view;
uniform vec2 offset;
uniform float scale;

vec4 clip_of(vec2 canvas) {
    vec2 p = (canvas + offset - view.xy) * view.zw;
    return vec4(p.x - 1.0, 1.0 - p.y, 0.0, 1.0);
}
