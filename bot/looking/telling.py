"""What `docs/marketplaces.md` says of looking again."""

VERIFIED_GONE = """## Verified gone: `look_again`

A marketplace that says *removed* is taken at its word. With `look_again` in its table the desk also opens the page of
the listing itself, 1 hour, 1, 3, 7, 14 and 30 days after it was said to be gone. It is off until you turn it on; then
it holds for what is removed from that day on. Turned off, what falls due meanwhile is let go: those listings are not
looked at any more when it is on again. Ask the marketplace first whether its terms allow it.

```toml
[desk]
contact = "takedown@brand.example"               # goes with every request, so that they know whom to write to

[marketplaces.acme]
look_again = true
gone_words = ["This item is no longer available"] # on the page of a listing that is gone, and on no other
there_words = ["Add to basket"]                   # on the page of every live listing, and on no other
```

A look says one of three things:

- **Gone**: HTTP 404 or 410, at the listing's own address; or one of `gone_words` on the page. Once a second look, an
  hour later, agrees, the card says “Verified gone on …”.
- **There**: HTTP 200, one of `there_words` on the page, and the address that was asked for. Where a redirect led to
  another address, that and the page have to name the id of the listing. Nothing changes before a second look, an hour
  later, agrees.
- **Nothing**: anything else. 403, 429, 5xx, a captcha, a log-in, the front page, another page, over 1 MB, letters that
  cannot be read, no answer in time. However often it says nothing, nothing changes.

Only what a person would read on the page counts: no scripts, comments, addresses of links or texts of pictures. Words
are found whole, in whatever capitals (`sold` is not in `soldering`), and have four letters or more, two in Chinese,
Japanese and Korean.

What follows when it is there:

- Seen there twice **after it was gone**: the notice is `reinstated`, its thread says so, and the card offers *File
  again*. It counts as a relisting of the seller where the marketplace had confirmed the removal, there was no
  counter-notice, and we had not seen the listing there after they said removed. If we are wrong, the marketplace's own
  word takes it back, or yours: `/takedown outcome TD-1 removed`. What a marketplace itself reinstated stays so.
- Seen there twice **and never gone**: the notice stays as the marketplace says. The card says “Acme Market says
  removed; we still see it”, and whoever filed is told, once. It counts for nothing.

What it can **not** tell:

- Whether a listing is gone for everybody. We look from one place, with one language and without an account; a page
  may be hidden from us, or from our machine, and a 404 may be meant for machines only.
- Why it is gone, or why it is back, and whether the same seller put it up: the page at the address is all that is
  seen. The same goods under another address are not found.
- Whether a page that was reported with `via:` is there: it has no id that a page could name. Only that it is gone is
  seen.
- What a page shows by scripts. None are run: where everything is drawn by scripts, looks stay unsure.
- Whether the words are well chosen. `gone_words` that also stand on live pages (in an advertisement, a filter) make a
  live listing look gone; `there_words` that also stand on pages of errors, of searches or of cookies make one of those
  look like the listing. Try them on a page of each kind. A page that hides words from people may hold them all the
  same.

How a page is opened: `https` only, on port 443, without a user name, on the marketplace's own `hosts` and below them.
The host is looked up by us, every address it has must be a public one, and the connection goes to the address that
was checked, under the certificate of the host. At most three redirects, each checked like the first and none to
another host; 1 MB after unpacking; 10 seconds in all. No cookies, no scripts, no proxy of the environment: the
machine needs a way out on port 443. One request in two seconds to a marketplace, under the desk's own name and your
address."""
