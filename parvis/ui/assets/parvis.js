import "./js/parvis.js";
