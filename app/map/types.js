// What the modules of the map hand to each other, and what Python sends. No code.

/**
 * What `point_map.py` sends with each run of the page.
 * @typedef {object} MapData
 * @property {string} key - Names the points: with another key they are fetched again.
 * @property {string} base - Address below which points, colours, parents and cards are.
 * @property {number} count - How many points there are.
 * @property {string} view - What the camera is remembered for.
 * @property {boolean} equal - Distances mean the same across and up.
 * @property {string} details - The class of what shows the selection.
 * @property {PanelData[]} panels - One, or two side by side.
 * @property {Colouring} colour - What the points are coloured by.
 * @property {string} selected - A bit for each point, in base64; "" for none.
 * @property {number} pinned - The point whose pictures are shown beside; -1 for none.
 */

/**
 * One panel as Python describes it.
 * @typedef {object} PanelData
 * @property {string} title - Above it; "" where there is but one.
 * @property {string} alt - For who does not see it.
 * @property {number} kinds - The kinds of points that it draws, a bit each.
 */

/**
 * What the points are coloured by, from `colours.py`.
 * @typedef {object} Colouring
 * @property {string} name - Of the colouring.
 * @property {string} part - Names the codes: with another part they are fetched again.
 * @property {ColourEntry[]} entries - A point's code is a place among them.
 * @property {[string, string] | null} ramp - Least and most, where the entries are steps.
 * @property {string} crosses - What a cross is; "" where there are none.
 */

/**
 * A colour and what it stands for.
 * @typedef {object} ColourEntry
 * @property {string} label - What has the colour.
 * @property {string} colour - As #RRGGBB.
 * @property {number} images - How many images have it.
 * @property {number} made - How many synthetic points have it.
 * @property {boolean} none - It stands for no value: drawn grey.
 */

/**
 * What `card.py` says of a point.
 * @typedef {object} CardData
 * @property {string} title - What it is.
 * @property {string[]} lines - Below its pictures.
 * @property {{url: string, alt: string, role: string}[]} pictures - Its own, or its parents'.
 * @property {number | null} fraction - How far from the base to the neighbour it lies.
 * @property {Place[]} parents - Where its parents lie on the plane.
 */

/**
 * What goes back to Python: a selection, or the point that was clicked.
 * @typedef {{kind: "select", bits: string} | {kind: "pin", index: number}} MapEvent
 */

/**
 * The points as they were fetched, and how each of them is drawn now.
 * @typedef {object} PlacedPoints
 * @property {Float32Array} points - Two numbers for the place of each.
 * @property {Uint8Array} kinds - 0: an image; 1, 2: synthetic; 3: an image of a joint fit.
 * @property {Uint8Array} states - Of each point: `DIMMED` or 0.
 * @property {(i: number) => boolean} isHidden - Whether the legend hides it.
 */

/**
 * What the graphics processor is given; what is left out stays as it was.
 * @typedef {object} PointArrays
 * @property {Float32Array} [points] - As in PlacedPoints.
 * @property {Uint8Array} [kinds] - As in PlacedPoints.
 * @property {Uint8Array | Uint16Array} [codes] - The colour of each point.
 * @property {Uint8Array} [states] - As in PlacedPoints.
 * @property {Uint8Array} [palette] - Red, green, blue and alpha of each colour.
 */

/**
 * How a panel draws its points.
 * @typedef {object} Drawing
 * @property {number} count - How many points there are.
 * @property {Camera} camera - What is seen.
 * @property {Scale} scale - Pixels per unit.
 * @property {Size} size - Of the panel.
 * @property {number} ratio - Pixels of the screen in a pixel of the page.
 * @property {number} kinds - The kinds that are drawn, a bit each.
 * @property {number[]} grey - Of dimmed points, as three channels.
 * @property {number} dot - Diameter in pixels.
 * @property {number} alpha - Of points in colour.
 */

/**
 * What lies over the points of a panel, in pixels of it.
 * @typedef {object} Overlay
 * @property {(i: number) => Place} place - Where a point lies.
 * @property {Size} size - Of the panel.
 * @property {Place[] | null} path - The lasso or the box.
 * @property {boolean} isBox - It is a box.
 * @property {Place | null} hovered - The point under the pointer.
 * @property {Place | null} pinned - The point that was clicked.
 * @property {Place | null} focused - The point where the keyboard is.
 * @property {[number, number, number][] | null} parents - Synthetic points and their parents.
 * @property {{at: Place, ends: Place[]}[]} family - Synthetic points that are looked at.
 * @property {MapLabel[]} labels - Names of groups.
 * @property {string} ink - Colour of lines.
 * @property {string} back - Colour behind them.
 */

/**
 * The name of a group of images, beside the image that carries it.
 * @typedef {object} MapLabel
 * @property {number} code - Of its entry.
 * @property {string} text - The name, shortened.
 * @property {number} at - The image.
 * @property {number} width - Of the text in pixels; 0: not measured yet.
 */

/**
 * Which tools are in use.
 * @typedef {object} Tools
 * @property {string} mode - One of `MODES`.
 * @property {boolean} density - The heat is drawn.
 * @property {boolean} lines - Lines to the parents are drawn.
 */

/**
 * What lies in the middle of a panel; with zoom 1 all points are seen.
 * @typedef {{x: number, y: number, zoom: number}} Camera
 * @typedef {{x: number, y: number, width: number, height: number}} Extent
 * @typedef {{x: number, y: number}} Scale
 * @typedef {{width: number, height: number}} Size
 * @typedef {[number, number]} Place
 */

export {};
