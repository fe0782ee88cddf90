// Canvas pixels to clip space. `view` is the part of the canvas shown: x, y, and 2 / width, 2 / height.
uniform vec4 view;
uniform vec2 offset;
uniform float scale;

vec4 clip_of(vec2 canvas) {
    vec2 p = (canvas + offset - view.xy) * view.zw;
    return vec4(p.x - 1.0, 1.0 - p.y, 0.0, 1.0);
}

// What light of a colour adds to a dark stage, and what ink of it takes from a light one (`paper` is 1): its complement, and
// of what is nearly white as much as graphite takes.
uniform float paper;

vec3 shine(vec3 tint) {
    vec3 ink = mix(1.0 - tint, vec3(0.72, 0.66, 0.56), smoothstep(0.5, 0.9, min(tint.r, min(tint.g, tint.b))));
    return mix(tint, ink, paper);
}
