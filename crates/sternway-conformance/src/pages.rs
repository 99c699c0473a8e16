//! Reading page by page, to the end.

use sternway_store::StoreError;

/// More pages than any case has: a cursor that does not move ends there.
const MAX_PAGES: usize = 10_000;

/// Reads pages until one is empty. Each is asked for with what `cursor` makes of the last item of
/// the page before it.
pub(crate) async fn pages<T, C>(
    read: impl AsyncFn(Option<C>) -> Result<Vec<T>, StoreError>,
    cursor: impl Fn(&T) -> C,
) -> Result<Vec<T>, StoreError> {
    let mut items = Vec::new();
    let mut last = None;
    for _ in 0..MAX_PAGES {
        let page = read(last).await?;
        let Some(end) = page.last() else { return Ok(items) };
        last = Some(cursor(end));
        items.extend(page);
    }
    panic!("after {MAX_PAGES} pages there is still no end")
}
