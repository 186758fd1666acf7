// The camera: which part of the plane is seen, the same for all panels of a map.
// { x, y }: what lies in the middle; zoom: 1 shows all points.

const MARGIN = 0.94; // of a panel's width and height, filled by the points
const MOST_ZOOM = 4000;

// What all points fill: { x, y, width, height } of the plane.
function extentOf(points) {
  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i], y = points[i + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  if (!points.length) [left, right, low, high] = [0, 1, 0, 1];
  return { x: (left + right) / 2, y: (low + high) / 2, width: right - left || 1, height: high - low || 1 };
}

const wholeView = (extent) => ({ x: extent.x, y: extent.y, zoom: 1 });

// Pixels per unit of the plane, across and up. `isEqual`: distances mean the same both ways.
function scaleOf(camera, extent, size, isEqual) {
  const across = (MARGIN * size.width) / extent.width, up = (MARGIN * size.height) / extent.height;
  const both = Math.min(across, up);
  return isEqual
    ? { x: both * camera.zoom, y: both * camera.zoom }
    : { x: across * camera.zoom, y: up * camera.zoom };
}

function toScreen(camera, scale, size, x, y) {
  return [size.width / 2 + (x - camera.x) * scale.x, size.height / 2 - (y - camera.y) * scale.y];
}

function toPlane(camera, scale, size, across, down) {
  return [camera.x + (across - size.width / 2) / scale.x, camera.y - (down - size.height / 2) / scale.y];
}

// The camera nearer or farther by `factor`; what lies under the pointer stays there.
function zoomed(camera, scale, size, factor, across, down) {
  const zoom = Math.min(MOST_ZOOM, Math.max(0.25, camera.zoom * factor));
  const real = zoom / camera.zoom;
  const [x, y] = toPlane(camera, scale, size, across, down);
  return { x: x + (camera.x - x) / real, y: y + (camera.y - y) / real, zoom };
}
