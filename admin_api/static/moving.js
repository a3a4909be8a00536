// What moves on a page: read again soon after a change, however many come at once; and said plainly when it is not.
(() => {
  const SOON = 200; // milliseconds, in which further changes are waited for
  const moving = document.getElementById("moving");
  let due;

  // A job's page moves with its own job, and a day's with its steps.
  const concerns = (job) => !moving.dataset.job || [job.id, job.parentId].includes(moving.dataset.job);
  document.addEventListener("sse:job", (event) => {
    if (!concerns(JSON.parse(event.detail.data))) return;
    due ??= setTimeout(() => {
      due = undefined;
      htmx.trigger(moving, "changed");
    }, SOON);
  });

  // Who reads a log, or has marked some of it, goes on reading; who is at its end sees what is added.
  const toEnd = (log) => log && (log.scrollTop = log.scrollHeight);
  let last, at;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const text = event.detail.serverResponse;
    if (text === last) event.detail.shouldSwap = false;
    last = text;
    const log = document.getElementById("log");
    at = log && log.scrollTop + log.clientHeight < log.scrollHeight - 5 ? log.scrollTop : undefined;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const log = document.getElementById("log");
    if (log && at !== undefined) log.scrollTop = at;
    else toEnd(log);
  });
  toEnd(document.getElementById("log"));

  const wrong = { stream: false, answer: false };
  const tell = (what, is) => {
    wrong[what] = is;
    document.getElementById("still").hidden = !(wrong.stream || wrong.answer);
  };
  document.addEventListener("htmx:sseError", () => tell("stream", true));
  document.addEventListener("htmx:sseOpen", () => tell("stream", false));
  document.addEventListener("htmx:sendError", () => tell("answer", true));
  document.addEventListener("htmx:afterOnLoad", () => tell("answer", false));
  document.addEventListener("htmx:responseError", (event) => {
    // Signed out meanwhile: to load the page leads to where one signs in.
    if (event.detail.xhr.status === 401) location.reload();
    else tell("answer", true);
  });
})();
