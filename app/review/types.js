// What goes between Python and the browser. Names and labels are data: never HTML.

/**
 * @typedef {object} ReviewData What `board.py` says with each run of the page.
 * @property {string} address - Below it are `images.json` and `near-<place>.json`.
 * @property {string} of - The digest of the images that decisions are about.
 * @property {string} list - The key of the list.
 * @property {"look" | "grid" | "queue"} mode - How it is shown.
 * @property {number} opened - Another one for each opening of a queue.
 * @property {VariantData[][]} variants - Of each image; or none at all.
 * @property {"columns" | "rows"} layout - Whether they stand below their images or beside them.
 * @property {EditData[]} done - What was decided, in order; the last is the first to be undone.
 * @property {EditData[]} undone - What was undone; the last is the first to be done again.
 * @property {Object<string, [number, number, string]>} heard - Tab -> the number of its decision
 *   that was heard last, of that which was refused last, and why.
 */

/**
 * @typedef {object} VariantData A picture that was made of an image.
 * @property {string} source - Its address.
 * @property {string} caption - What was done.
 * @property {boolean} is_marked - It stands out from the others.
 */

/**
 * @typedef {[string, string, number, number[]]} EditData What an edit does (`Change` in Python), the
 *   label, its first row, and those of its rows that are in the list.
 */

/**
 * @typedef {object} ListData What `images.json` holds.
 * @property {string} title - What the images are.
 * @property {string[]} classes - That a label may be.
 * @property {ImageData[]} images - In the order in which they are looked at.
 */

/**
 * @typedef {object} ImageData One image.
 * @property {number} row - Of the dataset.
 * @property {string} path - Of its file.
 * @property {string} label - As the files have it.
 * @property {string} thumb - The address of the small picture.
 * @property {string} large - And of the large one.
 * @property {string} suggested - The label that looks likelier; "" for none.
 * @property {string} note - What was measured; "" for nothing.
 * @property {string[]} keys - The labels of the keys 1 to 9.
 */

/**
 * @typedef {object} Decision What a key did.
 * @property {string} tab - Who has pressed it.
 * @property {number} n - Its number among those of the tab.
 * @property {"leave_out" | "keep" | "label" | "undo" | "redo"} act - Which.
 * @property {number} row - Of the image, or the first one of the edit that is undone or done again.
 * @property {string} value - The label.
 * @property {string} list - The key of the list.
 * @property {string} original - The image's label as the files have it; Python knows it.
 */

/**
 * @typedef {object} SentData What Python is told: all that it has not heard yet.
 * @property {string} of - The digest of the images.
 * @property {Decision[]} decisions - In order.
 */

/**
 * @typedef {object} Mark What holds of an image.
 * @property {boolean} out - It is left out.
 * @property {string | null} label - Given by a person; null for that of the files.
 * @property {"waiting" | "kept" | null} seen - On the review list, or looked at and kept.
 */

export {};
