// One script for every page. Each module enhances what already works without it.
import htmx from "htmx.org";
import "./js/appearance.js";
import "./js/forms.js";
import "./js/toasts.js";
import "./js/keys.js";
import "./js/palette.js";
import "./js/quick.js";
import "./js/menus.js";
import "./js/split.js";

window.htmx = htmx;
