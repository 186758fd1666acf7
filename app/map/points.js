// Points on a canvas: dots and crosses by WebGL, or plainly where a browser has none.

import { toScreen } from "./camera.js";

/** @import { Drawing, PointArrays } from "./types.js" */

/** In the state of a point: grey, and never picked. */
export const DIMMED = 1;
const LAYERS = [0, 1, 2]; // dimmed, real, synthetic: what is drawn later lies above

const VERTEX = `#version 300 es
layout(location=0) in vec2 place;
layout(location=1) in uint kind;
layout(location=2) in uint code;
layout(location=3) in uint state;
uniform vec2 middle, scale;
uniform float size;
uniform int layer, palette_width;
uniform uint kinds;
uniform sampler2D palette;
uniform vec4 grey;
out vec4 colour;
flat out int is_cross;
void main() {
  bool is_dimmed = (state & 1u) != 0u;
  int own = is_dimmed ? 0 : kind == 0u ? 1 : 2;
  bool is_shown = own == layer && ((kinds >> kind) & 1u) != 0u;
  gl_Position = is_shown ? vec4((place - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  is_cross = kind == 0u ? 0 : 1;
  gl_PointSize = kind == 0u ? size : size * 1.45;
  colour = is_dimmed ? grey : texelFetch(palette, ivec2(int(code) % palette_width, int(code) / palette_width), 0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
flat in int is_cross;
uniform float size, alpha;
out vec4 drawn;
void main() {
  vec2 away = abs(gl_PointCoord - 0.5);
  float pixels, share;
  if (is_cross == 1) {
    pixels = size * 1.45;
    share = clamp((max(1.6, size * 0.22) * 0.5 - min(away.x, away.y) * pixels) + 0.5, 0.0, 1.0);
  } else {
    pixels = size;
    share = clamp((0.5 - length(away)) * pixels, 0.0, 1.0);
  }
  float opacity = share * alpha * colour.a;
  if (opacity < 0.01) discard;
  drawn = vec4(colour.rgb * opacity, opacity);
}`;

const PALETTE_WIDTH = 256;

/**
 * The size of a dot: many points are small, and grow as one comes nearer.
 * @param {number} count - How many points there are.
 * @param {number} zoom - Of the camera.
 * @returns {number} Its diameter in pixels.
 */
export function dotSize(count, zoom) {
  const whole = Math.min(7, Math.max(2.4, 7 - 1.15 * Math.log2(Math.max(1, count / 4000))));
  return Math.min(11, whole * Math.max(1, zoom) ** 0.28);
}

class GlPoints {
  constructor(canvas, lost) {
    this.canvas = canvas;
    canvas.dataset.by = "webgl";
    this.gl = canvas.getContext("webgl2", { alpha: true, antialias: false, premultipliedAlpha: true });
    if (!this.gl) throw new Error("no WebGL");
    canvas.addEventListener("webglcontextlost", (event) => (event.preventDefault(), (this.isLost = true)));
    canvas.addEventListener("webglcontextrestored", () => ((this.isLost = false), this.prepare(), lost()));
    this.prepare();
  }

  prepare() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "no program");
    gl.useProgram(program);
    this.uniforms = Object.fromEntries(
      ["middle", "scale", "size", "layer", "kinds", "grey", "alpha", "palette_width"]
        .map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = [0, 1, 2, 3].map(() => gl.createBuffer());
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  fill(place, array, width, type) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[place]);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(place);
    if (type === gl.FLOAT) gl.vertexAttribPointer(place, width, type, false, 0, 0);
    else gl.vertexAttribIPointer(place, width, type, 0, 0);
  }

  /**
   * Send to the graphics processor what changed since the last time, and nothing else.
   * @param {PointArrays} arrays - What changed.
   */
  load({ points, kinds, codes, states, palette }) {
    const { gl } = this;
    if (points) this.fill(0, points, 2, gl.FLOAT);
    if (kinds) this.fill(1, kinds, 1, gl.UNSIGNED_BYTE);
    if (codes) this.fill(2, codes, 1, codes.BYTES_PER_ELEMENT === 2 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE);
    if (states) this.fill(3, states, 1, gl.UNSIGNED_BYTE);
    if (palette) {
      const rows = Math.max(1, Math.ceil(palette.length / 4 / PALETTE_WIDTH));
      const pixels = new Uint8Array(4 * PALETTE_WIDTH * rows);
      pixels.set(palette);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, PALETTE_WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    }
  }

  /** @param {Drawing} drawing - How they are drawn. */
  draw({ count, camera, scale, size, ratio, kinds, grey, dot, alpha }) {
    const { gl, uniforms } = this;
    if (this.isLost) return;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(uniforms.middle, camera.x, camera.y);
    gl.uniform2f(uniforms.scale, (2 * scale.x) / size.width, (2 * scale.y) / size.height);
    gl.uniform1f(uniforms.size, dot * ratio);
    gl.uniform1ui(uniforms.kinds, kinds);
    gl.uniform1i(uniforms.palette_width, PALETTE_WIDTH);
    gl.uniform4f(uniforms.grey, grey[0] / 255, grey[1] / 255, grey[2] / 255, 0.34);
    for (const layer of LAYERS) {
      gl.uniform1i(uniforms.layer, layer);
      gl.uniform1f(uniforms.alpha, layer === 0 ? 1 : alpha);
      gl.drawArrays(gl.POINTS, 0, count);
    }
  }

  end() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

// The same picture without a graphics processor: slower, and never wrong.
class PlainPoints {
  constructor(canvas) {
    this.canvas = canvas;
    canvas.dataset.by = "hand";
    this.pen = canvas.getContext("2d");
    this.held = {};
  }

  /** @param {PointArrays} parts - What changed. */
  load(parts) {
    for (const [name, part] of Object.entries(parts)) if (part) this.held[name] = part;
  }

  /** @param {Drawing} drawing - How they are drawn. */
  draw({ count, camera, scale, size, ratio, kinds: shown, grey, dot, alpha }) {
    const { pen, canvas } = this;
    const { points, kinds, codes, states, palette } = this.held;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colours = Array.from({ length: palette.length / 4 }, (_, i) => `rgb(${palette.slice(4 * i, 4 * i + 3)})`);
    for (const layer of LAYERS) {
      pen.globalAlpha = layer === 0 ? 0.34 : alpha;
      for (let i = 0; i < count; i++) {
        const own = states[i] & DIMMED ? 0 : kinds[i] === 0 ? 1 : 2;
        if (own !== layer || !((shown >> kinds[i]) & 1)) continue;
        const [x, y] = toScreen(camera, scale, size, points[2 * i], points[2 * i + 1]);
        pen.fillStyle = layer === 0 ? `rgb(${grey})` : colours[codes[i]];
        if (kinds[i] === 0) pen.fillRect(x - dot / 2, y - dot / 2, dot, dot);
        else {
          pen.fillRect(x - dot * 0.72, y - 0.8, dot * 1.45, 1.6);
          pen.fillRect(x - 0.8, y - dot * 0.72, 1.6, dot * 1.45);
        }
      }
    }
  }

  end() {}
}

/**
 * What draws points, by WebGL where the browser has it.
 * @param {HTMLCanvasElement} canvas - Where; another one takes its place where there is no WebGL.
 * @param {() => void} lost - Told when the graphics processor has forgotten all.
 * @returns {GlPoints | PlainPoints} It.
 */
export function newPoints(canvas, lost) {
  try {
    return new GlPoints(canvas, lost);
  } catch (error) {
    console.info(`Evenset draws its map without WebGL: ${error.message}`);
    // A canvas that was asked for WebGL gives nothing else any more.
    const other = canvas.cloneNode();
    canvas.replaceWith(other);
    return new PlainPoints(other);
  }
}
