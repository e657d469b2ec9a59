// The QR code on the holder's screen is fetched anew every minute, and the page counts down to it.

const image = document.querySelector("[data-live-code]");
const left = document.querySelector("[data-live-left]");
const period = Number(image?.dataset.liveCode);

if (image && left) {
  const address = image.src;
  let seconds = period;
  const show = () => {
    left.textContent = `00:${String(seconds).padStart(2, "0")}`;
  };
  setInterval(() => {
    if (document.hidden) return;
    seconds -= 1;
    if (seconds <= 0) {
      image.src = `${address}?${Date.now()}`;
      seconds = period;
    }
    show();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) seconds = Math.min(seconds, 1);
  });
  seconds = period - 1;
  show();
}
