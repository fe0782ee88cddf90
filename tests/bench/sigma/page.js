// Draws a graph with sigma.js, as its own examples do, and measures how many frames a second it makes.
// graph: {nodes: [[x, y, radius, colour, label or ""], …], edges: [[source, target, width, colour], …]}, canvas pixels, y up.

export function show({ Sigma, graphology }, stage, { nodes, edges }, [width, height]) {
  const graph = new graphology.Graph({ multi: true });
  nodes.forEach(([x, y, size, color, label], i) =>
    graph.addNode(i, { x, y, size, color, label: label || null, forceLabel: Boolean(label) }));
  edges.forEach(([source, target, size, color]) => graph.addEdge(source, target, { size, color }));
  const sigma = new Sigma(graph, stage, {
    labelColor: { color: "#EEF3FA" }, labelSize: 54, labelRenderedSizeThreshold: Infinity, minEdgeThickness: 1,
    itemSizesReference: "positions", zoomToSizeRatioFunction: (x) => x, autoRescale: true, stagePadding: 0, enableCameraZooming: true,
  });
  sigma.setCustomBBox({ x: [0, width], y: [0, height] });
  sigma.refresh();
  return sigma;
}

// As a visitor sees it: the picture changes with every frame that the browser shows.
export function frames(sigma, seconds) {
  return new Promise((resolve) => {
    const marks = [];
    const step = (now) => {
      marks.push(now);
      if (marks.length > 3 && now - marks[0] > seconds * 1000) return resolve(marks);
      sigma.getCamera().setState({ x: 0.5 + 0.0001 * (marks.length % 2) });
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

// The drawing alone, finished, with what the browser does to show it left out.
export function drawings(sigma, count) {
  const took = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    sigma.getCamera().setState({ x: 0.5 + 0.0001 * (i % 2) });
    sigma.refresh({ skipIndexation: true, schedule: false });
    for (const canvas of Object.values(sigma.getCanvases())) {
      const gl = canvas.getContext("webgl2");
      if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    }
    took.push(performance.now() - begun);
  }
  return took;
}

export function renderer() {
  const gl = document.createElement("canvas").getContext("webgl2");
  return gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
}
