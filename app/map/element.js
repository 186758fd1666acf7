/**
 * Make an element of the page.
 * @param {string} name - Of its tag.
 * @param {string} text - Inside it. Names are data: never HTML.
 * @param {string} kind - Its class.
 * @returns {any} The element.
 */
export function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
