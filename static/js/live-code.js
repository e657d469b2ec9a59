// The QR code on the holder's screen is fetched anew every minute, and the page counts down to it.

const image = document.querySelector("[data-live-code]");

if (image) {
  const left = document.querySelector("[data-live-left]");
  const words = document.querySelector("[data-live-words]");
  const period = Number(image.dataset.liveCode);
  const address = image.src;
  let seconds = period;
  words.textContent = words.dataset.liveWords;
  setInterval(() => {
    if (document.hidden) return;
    seconds -= 1;
    if (seconds <= 0) {
      image.src = `${address}?${Date.now()}`;
      seconds = period;
    }
    left.textContent = `00:${String(seconds).padStart(2, "0")}`;
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) seconds = 1; // a page looked at again shows a fresh code
  });
}
