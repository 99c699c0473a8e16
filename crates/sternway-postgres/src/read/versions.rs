//! Artifacts and versions.

use sternway_store::{DigestHit, Limit, StoreError};
use sternway_types::{Artifact, ArtifactId, At, DigestPrefix, NamespaceId, Version, VersionNumber};

use super::past::Read;
use crate::{
    convert::{Authored, Created, digest, signed},
    database::{Args, Database, column},
    error::corrupt,
    rows::Hex,
};

/// Artifacts as they were: with their newest versions of then.
const THEN: &str = "SELECT a.name, v.number AS latest, a.created_at, a.created_by, v.revision
    FROM {s}.artifact a CROSS JOIN LATERAL (
        SELECT number, revision FROM {s}.version v
        WHERE v.ns = a.ns AND v.artifact = a.name AND v.revision <= {last}
        ORDER BY v.revision DESC LIMIT 1) v";

/// A limit as the database takes it.
pub(super) fn page(limit: Limit) -> i64 {
    signed(limit.get() as u64)
}

/// What names are compared with. No name has a NUL, which the database takes nowhere: what has one
/// comes after every name.
pub(super) fn plain(text: &str) -> &str {
    if text.contains('\0') { "\u{10ffff}" } else { text }
}

impl Database {
    pub(crate) async fn namespaces(
        &self,
        after: Option<&NamespaceId>,
        limit: Limit,
    ) -> Result<Vec<NamespaceId>, StoreError> {
        let list = "SELECT name FROM {s}.namespace WHERE name > $1 ORDER BY name LIMIT $2";
        let after = after.map_or("", NamespaceId::as_str);
        let rows = self.patiently(list, Args::default().with(after).with(page(limit))).await?;
        let names = rows.iter().map(|row| {
            let name: String = column(row, 0)?;
            name.parse().map_err(|err| corrupt(format!("namespace {name}"), err))
        });
        names.collect()
    }

    pub(crate) async fn artifact(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
    ) -> Result<Option<Artifact>, StoreError> {
        let one = match at {
            At::Head => "SELECT * FROM {s}.artifact a WHERE a.ns = {ns} AND a.name = $3".to_owned(),
            At::Revision(_) | At::Time(_) => format!("{THEN} WHERE a.ns = {{ns}} AND a.name = $3"),
        };
        let read = Read::new(ns, at).with(id.as_str());
        let found: Vec<Created> = read.select(self, &one).await?;
        found.first().map(Created::artifact).transpose()
    }

    pub(crate) async fn artifacts(
        &self,
        ns: &NamespaceId,
        prefix: &str,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        let all = match at {
            At::Head => "SELECT * FROM {s}.artifact a",
            At::Revision(_) | At::Time(_) => THEN,
        };
        // Nothing that begins with the prefix comes after it with the last character there is.
        let list = format!(
            "{all} WHERE a.ns = {{ns}} AND a.name >= $3 AND a.name < $3 || chr(1114111)
                AND a.name > $4 ORDER BY a.name LIMIT $5"
        );
        let read = Read::new(ns, at)
            .with(plain(prefix))
            .with(after.map_or("", ArtifactId::as_str))
            .with(page(limit));
        let found: Vec<Created> = read.select(self, &list).await?;
        found.iter().map(Created::artifact).collect()
    }

    pub(crate) async fn version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        let one = "SELECT * FROM {s}.version v
            WHERE v.ns = {ns} AND v.artifact = $3 AND v.number = $4";
        let read = Read::new(ns, At::Head).with(id.as_str()).with(signed(number.get()));
        let found: Vec<Authored> = read.select(self, one).await?;
        found.first().map(Authored::version).transpose()
    }

    pub(crate) async fn history(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        at: At,
        before: Option<VersionNumber>,
        limit: Limit,
    ) -> Result<Vec<Version>, StoreError> {
        let newest = match at {
            At::Head => "9223372036854775807",
            At::Revision(_) | At::Time(_) => {
                "(SELECT x.number FROM {s}.version x WHERE x.ns = {ns} AND x.artifact = $3
                    AND x.revision <= {last} ORDER BY x.revision DESC LIMIT 1)"
            }
        };
        let list = format!(
            "SELECT * FROM {{s}}.version v
            WHERE v.ns = {{ns}} AND v.artifact = $3 AND v.number < $4 AND v.number <= {newest}
            ORDER BY v.number DESC LIMIT $5"
        );
        let read = Read::new(ns, at)
            .with(id.as_str())
            .with(before.map_or(i64::MAX, |before| signed(before.get())))
            .with(page(limit));
        let found: Vec<Authored> = read.select(self, &list).await?;
        found.iter().map(Authored::version).collect()
    }

    pub(crate) async fn with_digest(
        &self,
        ns: &NamespaceId,
        prefix: &DigestPrefix,
        at: At,
        after: Option<&DigestHit>,
        limit: Limit,
    ) -> Result<Vec<DigestHit>, StoreError> {
        let digits = prefix.as_hex();
        let filled = |with: &str| format!("{digits}{}", with.repeat(64 - digits.len()));
        let (seen, artifact, number) = match after {
            Some(hit) => (hit.digest.to_hex(), hit.artifact.as_str(), signed(hit.number.get())),
            None => (filled("0"), "", 0),
        };
        let list = "SELECT v.digest, v.artifact, v.number FROM {s}.version v
            WHERE v.ns = {ns} AND v.digest <= decode($3, 'hex') AND v.revision <= {last}
                AND (v.digest, v.artifact, v.number) > (decode($4, 'hex'), $5, $6)
            ORDER BY v.digest, v.artifact, v.number LIMIT $7";
        let read = Read::new(ns, at)
            .with(filled("f"))
            .with(seen)
            .with(artifact)
            .with(number)
            .with(page(limit));
        let found: Vec<Hit> = read.select(self, list).await?;
        found.into_iter().map(Hit::hit).collect()
    }

    /// The artifacts whose newest version depends on one. From one to the next it is one step, however
    /// many versions they have.
    pub(crate) async fn dependents(
        &self,
        ns: &NamespaceId,
        on: &ArtifactId,
        at: At,
        after: Option<&ArtifactId>,
        limit: Limit,
    ) -> Result<Vec<Artifact>, StoreError> {
        let next = "SELECT artifact FROM {s}.dependency WHERE ns = {ns} AND needs = $3
            AND artifact > ";
        let list = format!(
            "WITH RECURSIVE step AS (
                ({next} $4 ORDER BY artifact LIMIT 1)
                UNION ALL
                SELECT ({next} step.artifact ORDER BY artifact LIMIT 1)
                    FROM step WHERE step.artifact IS NOT NULL)
            SELECT a.* FROM step CROSS JOIN LATERAL (
                {THEN} WHERE a.ns = {{ns}} AND a.name = step.artifact
                    AND EXISTS (SELECT FROM {{s}}.dependency d WHERE d.ns = a.ns AND d.needs = $3
                        AND d.artifact = a.name AND d.number = v.number)) a
            LIMIT $5"
        );
        let read = Read::new(ns, at)
            .with(on.as_str())
            .with(after.map_or("", ArtifactId::as_str))
            .with(page(limit));
        let found: Vec<Created> = read.select(self, &list).await?;
        found.iter().map(Created::artifact).collect()
    }
}

#[derive(serde::Deserialize)]
struct Hit {
    digest: Hex,
    artifact: String,
    number: u64,
}

impl Hit {
    fn hit(self) -> Result<DigestHit, StoreError> {
        let place = || format!("{}@v{}", self.artifact, self.number);
        let artifact = self.artifact.parse().map_err(|err| corrupt(place(), err))?;
        let number = VersionNumber::new(self.number);
        let number = number.ok_or_else(|| corrupt(place(), "its version number is 0"))?;
        Ok(DigestHit { digest: digest(&place, &self.digest)?, artifact, number })
    }
}
