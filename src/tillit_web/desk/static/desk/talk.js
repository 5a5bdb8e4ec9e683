// The customer's own page, live. Without it the page has a link that looks for an answer.
import { renew } from "./renew.js";
import { follow } from "./stream.js";

const { stream, token } = document.querySelector("script[data-stream]").dataset;
const last = document.querySelector(".thread > [id]:last-of-type");
follow(stream, token, last ? Number(last.id.slice(1)) : 0, { message: renew, standing: renew, end: renew });
