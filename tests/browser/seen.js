// What a person sees of the page that is open, in numbers; `seen.py` calls these.
(() => {
  const MAIN = "[data-testid=stMain]";
  const RESERVED = "script, style, noscript, template, [data-testid=stIconMaterial]";

  /** Every element under `root`, those in shadow trees too. */
  function* elementsOf(root) {
    for (const element of root.children) {
      if (element.matches(RESERVED)) continue;
      yield element;
      yield* elementsOf(element);
      if (element.shadowRoot) yield* elementsOf(element.shadowRoot);
    }
  }

  const above = (element) => element.parentElement ?? element.getRootNode().host ?? null;

  function isShown(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** What of the page an element in `holder` is cut to. */
  function clipOf(holder) {
    const clip = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity, scrolls: false };
    for (let one = holder; one; one = above(one)) {
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      if (style.overflowY !== "visible") {
        clip.top = Math.max(clip.top, box.top);
        clip.bottom = Math.min(clip.bottom, box.bottom);
      }
      if (one.matches(MAIN)) break; // what stands out of the page is cut off
      if (style.overflowX !== "visible") {
        clip.left = Math.max(clip.left, box.left);
        clip.right = Math.min(clip.right, box.right);
        if (style.overflowX !== "hidden" && style.overflowX !== "clip") clip.scrolls = true;
      }
    }
    return clip;
  }

  /** Texts of the main column: the words, their box, and the element that holds them. */
  function* texts() {
    for (const element of elementsOf(document.querySelector(MAIN))) {
      if (!isShown(element)) continue;
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (box.width < 2 || box.height < 2) continue; // for screen readers alone
        yield { words: node.data.trim(), box, element };
      }
    }
  }

  const inside = (element, selector) => {
    for (let one = element; one; one = above(one)) if (one.matches(selector)) return true;
    return false;
  };

  function wordsAboveTheFold(names) {
    const gone = new Set(names.flatMap((name) => name.toLowerCase().split(/\s+/)));
    const words = [];
    for (const { words: text, box, element } of texts()) {
      const clip = clipOf(element);
      if (box.top >= Math.min(innerHeight, clip.bottom) - 2 || box.bottom <= Math.max(0, clip.top) + 2) continue;
      if (inside(element, "table, [data-testid=stDataFrame], [role=tooltip]")) continue;
      for (const word of text.split(/[\s/·|]+/)) {
        const bare = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
        if (bare && !/\p{N}/u.test(bare) && !gone.has(bare.toLowerCase())) words.push(bare);
      }
    }
    return words;
  }

  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  /** The colours laid over each other, the lowest first. */
  function mixed(...colours) {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }

  /** Texts of charts whose contrast with the page is too low; those on a filled cell are told apart. */
  function weakChartTexts(least) {
    const paper = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    const weak = [];
    for (const text of document.querySelectorAll(".js-plotly-plot text")) {
      if (!text.textContent.trim() || !isShown(text) || inside(text, ".hoverlayer, .modebar, .heatmaplayer, .bars")) continue;
      const style = getComputedStyle(text);
      const [one, other] = [luminance(mixed(paper, style.fill)), luminance(mixed(paper))].sort((a, b) => b - a);
      const contrast = (one + 0.05) / (other + 0.05);
      if (contrast < least) weak.push(`'${text.textContent.trim()}': ${contrast.toFixed(2)}`);
    }
    return weak;
  }

  const CONTROLS = "button, a[href], input:not([type=file]), textarea, [role=slider], [role=tab], [role=switch], [role=combobox]";

  /** Texts and controls that stand out of the page, are cut, or lie on each other. */
  function misplaced() {
    const found = [];
    const main = document.querySelector(MAIN);
    if (main.scrollWidth > main.clientWidth + 1) found.push(`the page is ${main.scrollWidth - main.clientWidth} px too wide`);
    const edge = main.getBoundingClientRect();
    const boxes = [];
    const add = (name, box, element, holder) => {
      const clip = clipOf(holder);
      const seen = {
        left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right),
        top: Math.max(box.top, clip.top, edge.top - 1e6), bottom: Math.min(box.bottom, clip.bottom),
      };
      if (seen.right - seen.left < 3 || seen.bottom - seen.top < 3) return;
      if (!clip.scrolls && (seen.right > edge.right + 1 || seen.left < edge.left - 1)) found.push(`'${name}' stands out of the page`);
      boxes.push({ name, element, ...seen });
    };
    for (const { words, box, element } of texts()) {
      if (inside(element, "canvas, [role=tooltip], [data-testid=stDataFrame], .modebar, .card, .badge")) continue;
      const style = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && style.overflowX === "hidden";
      const isTold = style.textOverflow === "ellipsis" || element.title || inside(element, "[title]");
      if (isCut && !isTold) found.push(`'${words}' is cut`);
      add(words, box, element, element);
    }
    for (const element of elementsOf(main)) {
      if (element.matches(CONTROLS) && isShown(element)) {
        const box = element.getBoundingClientRect();
        if (box.width > 2 && box.height > 2) add(`<${element.getAttribute("aria-label") || element.textContent.trim() || element.tagName}>`, box, element, above(element));
      }
    }
    const related = (one, other) => {
      for (let up = one; up; up = above(up)) if (up === other) return true;
      return false;
    };
    const widget = (element) => {
      for (let up = element; up; up = above(up)) if (up.matches("[data-testid=stElementContainer]")) return up;
      return null;
    };
    boxes.sort((a, b) => a.top - b.top);
    for (const [place, one] of boxes.entries()) {
      for (const other of boxes.slice(place + 1)) {
        if (other.top > one.bottom - 3) break;
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (wide < 3 || high < 3 || related(one.element, other.element) || related(other.element, one.element)) continue;
        const own = widget(one.element);
        // A widget lays its own parts over each other, such as an input under its label; in a chart they must not.
        if (own && own === widget(other.element) && !(inside(one.element, ".js-plotly-plot") && one.element.tagName === "text" && other.element.tagName === "text")) continue;
        found.push(`'${one.name}' lies on '${other.name}'`);
      }
    }
    return [...new Set(found)];
  }

  /** Whether what a selector of axe leads to is drawn by us, and in which widget it stands. */
  function drawnBy(path) {
    let root = document;
    let element = null;
    for (const step of [path].flat()) {
      element = root.querySelector(step);
      root = element?.shadowRoot ?? root;
    }
    const isOurs = inside(element, "[data-testid=stHtml], .review, .map, .area, .js-plotly-plot");
    let widget = element;
    while (widget && !/^st[A-Z]/.test(widget.dataset?.testid ?? "")) widget = above(widget);
    while (widget && /^st(Markdown|WidgetLabel|BaseButton|Icon|Tooltip)/.test(widget.dataset?.testid)) {
      let up = above(widget);
      while (up && !/^st[A-Z]/.test(up.dataset?.testid ?? "")) up = above(up);
      if (!up || /^st(ElementContainer|VerticalBlock|LayoutWrapper|Main|App)/.test(up.dataset.testid)) break;
      widget = up;
    }
    return { isOurs, widget: widget?.dataset.testid ?? "" };
  }

  globalThis.seen = { wordsAboveTheFold, weakChartTexts, misplaced, drawnBy };
})();
