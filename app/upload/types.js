// What the modules of the upload hand to each other, and what Python sends. No code.

/**
 * What `area.py` sends with each run of the page.
 * @typedef {object} AreaData
 * @property {string} base - The address that takes files.
 * @property {string} limits - The sentence about what can be brought.
 * @property {boolean} aside - The page's main button is another one.
 */

/**
 * What can be sent.
 * @typedef {object} Source
 * @property {"folder" | "archive"} kind - What it is.
 * @property {string} name - Of it.
 * @property {SourceFile[]} files - What is in it; an archive is one file.
 * @property {((transfer: Transfer) => Promise<void>) | null} [collect] - Fills `files`, where they
 *   have to be looked for.
 */

/**
 * One file of it.
 * @typedef {object} SourceFile
 * @property {string} path - Inside the source.
 * @property {File | null} file - null where the browser could not open it.
 * @property {number} [size] - In bytes, once it was asked for.
 */

/**
 * What is sent, and how far it is.
 * @typedef {object} Transfer
 * @property {string} base - The address that takes it.
 * @property {Source} source - What is sent.
 * @property {string | null} id - What the server calls it.
 * @property {"listing" | "sending"} phase - What is being done.
 * @property {number} files - How many there are.
 * @property {number} bytes - Of all of them.
 * @property {number} receivedFiles - How many have arrived.
 * @property {number} receivedBytes - How much of them has arrived.
 * @property {number | null} retrySeconds - Until it is tried again; null while it works.
 * @property {string | null} waitsFor - The job that must end before it is taken.
 * @property {[number, number][]} marks - When how much had arrived, the last quarter of a minute.
 * @property {boolean} isOver - Another tab has brought it to its end.
 * @property {Set<number>} unreadable - The files that the browser cannot read.
 * @property {AbortController} stop - Ends all its requests.
 */

/**
 * A chunk on its way.
 * @typedef {{number: number, file: number, slice: Blob}} Frame
 */

/**
 * Numbers of chunks: the first and the last of each range, in order.
 * @typedef {[number, number][]} Ranges
 */

/**
 * What is said when a transfer has ended.
 * @typedef {object} Message
 * @property {string} text - What.
 * @property {boolean} [isError] - It did not arrive.
 * @property {Source | null} again - What can be sent again.
 */

/**
 * What outlives the page's runs.
 * @typedef {object} Shared
 * @property {Transfer | null} transfer - What is sent.
 * @property {Message | null} message - Of the last one.
 * @property {Map<Element, {draw: (event: string | null) => void}>} views - Who draws them.
 * @property {boolean} [isGuarded] - A file dropped beside the area does nothing.
 */

export {};
