/**
 * Make an element of the page.
 * @param {string} name - Of its tag.
 * @param {string} kind - Its class.
 * @param {string} text - Inside it. Names are data: never HTML.
 * @returns {any} The element.
 */
export function element(name, kind = "", text = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

/**
 * Say an address or a text once: setting what is there already would load or speak again.
 * @param {any} host - The element.
 * @param {string} name - Of the property.
 * @param {string} value - What it is to be.
 */
export function set(host, name, value) {
  if (host[name] !== value) host[name] = value;
}
