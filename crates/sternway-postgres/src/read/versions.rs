//! Artifacts and versions.

use sternway_store::{DigestHit, Limit, StoreError};
use sternway_types::{Artifact, ArtifactId, At, DigestPrefix, NamespaceId, Version, VersionNumber};

use crate::{
    convert::{Authored, Created, digest, signed},
    database::{Args, Database, column},
    error::corrupt,
    rows::Hex,
};

/// An artifact as it was at the revision that is the last value: its newest version of then.
const THEN: &str = "SELECT row_to_json(x)::text FROM (
    SELECT a.name, v.number AS latest, a.created_at, a.created_by, v.revision
    FROM {s}.artifact a CROSS JOIN LATERAL (
        SELECT number, revision FROM {s}.version v
        WHERE v.ns = a.ns AND v.artifact = a.name AND v.revision <= $2
        ORDER BY v.revision DESC LIMIT 1) v";

fn page(limit: Limit) -> i64 {
    signed(limit.get() as u64)
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
        let bound = self.bound(ns, at).await?;
        let args = Args::default().with(ns.as_str());
        let found: Vec<Created> = match bound.revision {
            None => {
                let now = "SELECT row_to_json(a)::text FROM {s}.artifact a
                    WHERE a.ns = {ns} AND a.name = $2";
                self.read(now, args.with(id.as_str())).await?
            }
            Some(_) => {
                let then = format!("{THEN} WHERE a.ns = {{ns}} AND a.name = $3) x");
                self.read(&then, args.with(bound.last()).with(id.as_str())).await?
            }
        };
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
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
        // No name has a NUL.
        if prefix.contains('\0') {
            return self.listed(ns, Vec::new()).await;
        }
        let bound = self.bound(ns, at).await?;
        // Nothing that begins with the prefix comes after it with the last character there is.
        let range = "a.name >= $3 AND a.name < $3 || chr(1114111) AND a.name > $4";
        let list = match bound.revision {
            None => format!(
                "SELECT row_to_json(a)::text FROM {{s}}.artifact a
                WHERE a.ns = {{ns}} AND a.revision <= $2 AND {range} ORDER BY a.name LIMIT $5"
            ),
            Some(_) => {
                format!("{THEN} WHERE a.ns = {{ns}} AND {range} ORDER BY a.name LIMIT $5) x")
            }
        };
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(prefix)
            .with(after.map_or("", ArtifactId::as_str))
            .with(page(limit));
        let found: Vec<Created> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
        found.iter().map(Created::artifact).collect()
    }

    pub(crate) async fn version(
        &self,
        ns: &NamespaceId,
        id: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Option<Version>, StoreError> {
        let one = "SELECT row_to_json(v)::text FROM {s}.version v
            WHERE v.ns = {ns} AND v.artifact = $2 AND v.number = $3";
        let args = Args::default().with(ns.as_str()).with(id.as_str());
        let found: Vec<Authored> = self.read(one, args.with(signed(number.get()))).await?;
        let found = self.listed(ns, found).await?;
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
        let bound = self.bound(ns, at).await?;
        let newest = match bound.revision {
            None => "$4",
            Some(_) => {
                "(SELECT x.number FROM {s}.version x WHERE x.ns = {ns} AND x.artifact = $2
                    AND x.revision <= $4 ORDER BY x.revision DESC LIMIT 1)"
            }
        };
        let list = format!(
            "SELECT row_to_json(v)::text FROM {{s}}.version v
            WHERE v.ns = {{ns}} AND v.artifact = $2 AND v.number < $3 AND v.number <= {newest}
            ORDER BY v.number DESC LIMIT $5"
        );
        let args = Args::default()
            .with(ns.as_str())
            .with(id.as_str())
            .with(before.map_or(i64::MAX, |before| signed(before.get())))
            .with(bound.last())
            .with(page(limit));
        let found: Vec<Authored> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
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
        let bound = self.bound(ns, at).await?;
        let filled =
            |with: &str| format!("{}{}", prefix.as_hex(), with.repeat(64 - prefix.as_hex().len()));
        let (seen, artifact, number) = match after {
            Some(hit) => (hit.digest.to_hex(), hit.artifact.as_str(), signed(hit.number.get())),
            None => (filled("0"), "", 0),
        };
        let list = "SELECT jsonb_build_object('digest', encode(v.digest, 'hex'),
                'artifact', v.artifact, 'number', v.number)::text
            FROM {s}.version v
            WHERE v.ns = {ns} AND v.digest <= decode($2, 'hex') AND v.revision <= $3
                AND (v.digest, v.artifact, v.number) > (decode($4, 'hex'), $5, $6)
            ORDER BY v.digest, v.artifact, v.number LIMIT $7";
        let args = Args::default()
            .with(ns.as_str())
            .with(filled("f"))
            .with(bound.last())
            .with(seen)
            .with(artifact)
            .with(number)
            .with(page(limit));
        let found: Vec<Hit> = self.read(list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
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
        let bound = self.bound(ns, at).await?;
        let next = "SELECT artifact FROM {s}.dependency WHERE ns = {ns} AND needs = $3
            AND artifact > ";
        let list = format!(
            "WITH RECURSIVE step AS (
                ({next} $4 ORDER BY artifact LIMIT 1)
                UNION ALL
                SELECT ({next} step.artifact ORDER BY artifact LIMIT 1)
                    FROM step WHERE step.artifact IS NOT NULL)
            SELECT row_to_json(x)::text FROM step CROSS JOIN LATERAL (
                SELECT a.name, v.number AS latest, a.created_at, a.created_by, v.revision
                FROM {{s}}.artifact a CROSS JOIN LATERAL (
                    SELECT number, revision FROM {{s}}.version v
                    WHERE v.ns = a.ns AND v.artifact = a.name AND v.revision <= $2
                    ORDER BY v.revision DESC LIMIT 1) v
                WHERE a.ns = {{ns}} AND a.name = step.artifact
                    AND EXISTS (SELECT FROM {{s}}.dependency d WHERE d.ns = a.ns AND d.needs = $3
                        AND d.artifact = a.name AND d.number = v.number)) x
            LIMIT $5"
        );
        let args = Args::default()
            .with(ns.as_str())
            .with(bound.last())
            .with(on.as_str())
            .with(after.map_or("", ArtifactId::as_str))
            .with(page(limit));
        let found: Vec<Created> = self.read(&list, args).await?;
        self.still(ns, bound).await?;
        let found = self.listed(ns, found).await?;
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
