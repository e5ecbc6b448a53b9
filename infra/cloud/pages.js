// CloudFront runs this before a page is looked up: the short addresses on a card or a poster become files.
// PAGES is infra/pages.json; a phone's camera may give the address back in either case.
const PAGES = {/* pages.json */};

function handler(event) {
  const request = event.request;
  const page = PAGES[request.uri] || PAGES[request.uri.toLowerCase()] || PAGES[request.uri.toUpperCase()];
  if (page) {
    request.uri = '/' + page;
  }
  return request;
}
