//! What was noted with failures: each by its sum, and of an outcome that is there and failed.

use sternway_store::StoreError;

use super::scan::Scan;

pub(super) async fn noted(scan: &mut Scan) -> Result<(), StoreError> {
    scan.note_all(
        "SELECT format('what was noted with outcome %s of subject number %s', q.place, q.subject),
            CASE WHEN o.id IS NULL THEN 'there is no such failure' ELSE 'its sum does not match' END
        FROM {s}.noted q LEFT JOIN {s}.outcome o
            ON o.subject = q.subject AND o.place = q.place AND o.ns = q.ns AND o.status = 1
        WHERE o.id IS NULL OR q.sum <> {s}.seal(sha256(convert_to(
            concat_ws(' ', q.versions, q.generations, q.totals), 'UTF8')), q.ns, q.subject, q.place, 0)
        ORDER BY q.subject, q.place",
    )
    .await
}
