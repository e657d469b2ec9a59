// A page that shows how far some work has come is loaded again while it is looked at.

setInterval(() => {
  if (!document.hidden) location.reload();
}, 3000);
