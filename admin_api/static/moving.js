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

  // One stream for all pages that a browser shows: it gives a site six connections, and a seventh page would not load.
  // Who has the lock listens, and passes on what it hears; who is no longer seen lets go of it. (Locks are there on
  // https and on this machine; elsewhere each page that is seen has a stream of its own.)
  const others = new BroadcastChannel("syncs");
  const hear = ({ cut, job }) => {
    tell("stream", Boolean(cut));
    if (cut || (job && !concerns(job))) return;
    heard = Date.now();
    refresh(); // the job, or what has changed while nobody listened
  };
  others.addEventListener("message", ({ data }) => hear(data));
  const hearAll = (news) => {
    hear(news);
    others.postMessage(news);
  };
  let source;
  let opening;
  const connect = () => {
    source = new EventSource(moving.dataset.stream);
    source.addEventListener("ready", () => hearAll({}));
    source.addEventListener("job", (event) => hearAll({ job: JSON.parse(event.data) }));
    source.addEventListener("error", () => {
      hearAll({ cut: true });
      if (source.readyState === EventSource.CLOSED) opening = setTimeout(connect, AGAIN);
    });
  };
  let waiting;
  let letGo;
  const open = () => {
    close();
    refresh();
    if (!navigator.locks) return connect();
    waiting = new AbortController();
    const listen = () => (connect(), new Promise((done) => (letGo = done)));
    navigator.locks.request("syncs", { signal: waiting.signal }, listen).catch(() => {}); // closed while it waited
  };
  const close = () => {
    clearTimeout(opening);
    clearTimeout(due);
    due = undefined;
    source?.close();
    source = undefined;
    waiting?.abort();
    letGo?.();
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
  // Why something failed stands at the end of what it said.
  const error = document.getElementById("error");
  if (error) error.scrollTop = error.scrollHeight;

  // Somebody may have signed in anew in another tab: what does not move is to have the session's word as well.
  document.addEventListener("htmx:afterSwap", () => {
    const { word } = document.getElementById("heard").dataset;
    document.querySelectorAll("input[name=csrf]").forEach((input) => (input.value = word));
  });

  // A second click would be refused, for what the first one did.
  document.addEventListener("submit", ({ submitter }) => setTimeout(() => submitter && (submitter.disabled = true)));
  addEventListener("pageshow", () => document.querySelectorAll("button").forEach((one) => (one.disabled = false)));

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
