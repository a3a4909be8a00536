// What moves on a page is read again when jobs have changed, and now and then besides; and what does not move says so.
(() => {
  const SOON = 200; // milliseconds, in which further changes are waited for
  const NOW_AND_THEN = 5000; // between looks at what no event tells of: the log, the clock, whether Prefect is heard
  const SETTLED = 15000; // after which what is over no longer changes
  const AGAIN = 3000; // after a stream that could not be opened
  const moving = document.getElementById("moving");

  let due;
  let heard = Date.now();
  const refresh = () => {
    due ??= setTimeout(() => {
      due = undefined;
      htmx.trigger(moving, "changed");
    }, SOON);
  };

  // A job's page moves with its own job, and a day's with its steps; the overview shows no day's steps.
  const concerns = (job) => (moving.dataset.job ? [job.id, job.parentId].includes(moving.dataset.job) : !job.parentId);

  // One connection a page that is seen: a browser gives a site six, and those of hidden tabs would be among them.
  let source;
  let opening;
  const open = () => {
    close();
    source = new EventSource(moving.dataset.stream);
    source.addEventListener("ready", () => {
      tell("stream", false);
      heard = Date.now();
      refresh(); // what has changed in between
    });
    source.addEventListener("job", (event) => {
      if (!concerns(JSON.parse(event.data))) return;
      heard = Date.now();
      refresh();
    });
    source.addEventListener("error", () => {
      tell("stream", true);
      if (source.readyState === EventSource.CLOSED) opening = setTimeout(open, AGAIN);
    });
  };
  const close = () => {
    clearTimeout(opening);
    clearTimeout(due);
    due = undefined;
    source?.close();
  };
  const openIfSeen = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", openIfSeen);
  addEventListener("pagehide", close);
  addEventListener("pageshow", openIfSeen); // also of a page that the browser had put by

  const settled = () => document.querySelector("[data-over]") && Date.now() - heard > SETTLED;
  setInterval(() => {
    if (!document.hidden && (wrong.stream || wrong.answer || !settled())) refresh();
  }, NOW_AND_THEN);

  // What somebody fills in or has opened stays theirs.
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeNodeMorphed: (old) => !old.matches?.("input:not([type=hidden]), select"),
    beforeAttributeUpdated: (name, element) => !(name === "open" && element.matches("details")),
  });

  // Who is at a log's end sees what is added; who reads further up goes on reading.
  const log = () => document.getElementById("log");
  const atEnd = (it) => it.scrollTop + it.clientHeight >= it.scrollHeight - 5;
  const toEnd = () => log() && (log().scrollTop = log().scrollHeight);
  let follows = true;
  document.addEventListener("htmx:beforeSwap", () => (follows = !log() || atEnd(log())));
  document.addEventListener("htmx:afterSwap", () => follows && toEnd());
  toEnd();

  const wrong = { stream: false, answer: false };
  const tell = (what, is) => {
    wrong[what] = is;
    document.getElementById("still").hidden = !(wrong.stream || wrong.answer);
  };
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // Signed out meanwhile: to load the page leads to where one signs in.
    if (detail.xhr.status === 401) location.reload();
    if (detail.successful && wrong.answer) open(); // the stream was cut as well, perhaps without a word
    tell("answer", !detail.successful);
  });
})();
