// Follows an order by its events, and has the page ask what it looks like by now when one comes.
// Where events cannot be had the page asks by itself, as often as somebody who watches wants.
(() => {
  const live = document.getElementById("order-live");
  const ask = () => document.body.dispatchEvent(new Event("order-moved"));
  const isMoving = () => document.querySelector("#progress[hx-get]") !== null;
  const poll = () => {
    const timer = setInterval(() => (isMoving() ? ask() : clearInterval(timer)), 600);
  };
  if (!isMoving()) return;
  if (!window.EventSource) return poll();
  const source = new EventSource(live.dataset.events);
  source.addEventListener("order", ask);
  source.addEventListener("error", () => {
    // The browser comes back by itself after each answer; closed is for good: all has been told,
    // which is seen with one more look, or there are no events here.
    if (source.readyState !== EventSource.CLOSED) return;
    ask();
    poll();
  });
})();
