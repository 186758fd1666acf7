/**
 * Wait.
 * @param {number} seconds - For how long; after 0 the page has had its turn.
 * @returns {Promise<void>} Kept then.
 */
export const pause = (seconds) => new Promise((done) => void setTimeout(done, 1000 * seconds));
