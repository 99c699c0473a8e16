//! What belongs into the configuration of `HAProxy`.

use std::fmt::Write as _;

use sternway_types::{ArtifactId, EnvironmentId, Match, Route};

use crate::{
    Layout,
    entry::{
        BETWEEN, BETWEEN_MATCHED, FIELDS, FIRST_ARM, GENERATION, HEADER, MATCHED_BACKEND, written,
    },
    layout::key,
};

impl Layout {
    /// The line of a frontend that looks up the route of an artifact in an environment. `condition` is
    /// what a request has to fulfil, such as `if { path_beg /search }`; without one it is empty. A frontend
    /// has one such line for each route, and then [`rules`](Self::rules).
    ///
    /// ```
    /// let layout = sternway_haproxy::Layout::new("/etc/haproxy/sternway")?;
    /// let (artifact, environment) = ("tools/search".parse()?, "production".parse()?);
    /// let line = layout.lookup(&artifact, &environment, "if { path_beg /search }");
    /// assert_eq!(
    ///     line,
    ///     "  http-request set-var(txn.sternway) str(tools/search/production),\
    ///      map_str(/etc/haproxy/sternway/tools/search/production.map) if { path_beg /search }\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lookup(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        condition: &str,
    ) -> String {
        let (key, map) = (key(artifact, environment), self.map(artifact, environment));
        let line =
            format!("  http-request set-var(txn.sternway) str({key}),map_str({map}) {condition}");
        format!("{}\n", line.trim_end())
    }

    /// The line of a frontend that looks at a header, for routes that go by it: once for each header, behind all
    /// lookups and before [`rules`](Self::rules). A layout names it too, by
    /// [`with_headers`](Self::with_headers).
    ///
    /// ```
    /// assert_eq!(
    ///     sternway_haproxy::Layout::header("x-preview"),
    ///     "  http-request set-var(txn.sternway_header) req.fhdr(x-preview) \
    ///      if { var(txn.sternway),field(4,~) -m str x-preview }\n"
    /// );
    /// ```
    #[must_use]
    pub fn header(name: &str) -> String {
        format!(
            "  http-request set-var(txn.sternway_header) req.fhdr({name}) \
             if {{ var(txn.sternway),field({HEADER},{BETWEEN_MATCHED}) -m str {name} }}\n"
        )
    }

    /// The lines of a frontend that give a request to a version, by the route that was looked up: once in
    /// each frontend, behind all lookups. A request without a route goes to the `default_backend`, and so
    /// does one whose backend is not there. What answers is told the generation of the route in
    /// the header `x-sternway-generation`, for its outcomes.
    #[must_use]
    pub fn rules() -> String {
        let mut rules = format!(
            "  http-request del-header x-sternway-generation\n  \
             http-request set-header x-sternway-generation %[var(txn.sternway),field({GENERATION},{BETWEEN})] \
             if {{ var(txn.sternway) -m found }}\n  \
             http-request set-var(txn.sternway_bucket) rand(10000)\n"
        );
        for value in 1..=Match::MAX_VALUES {
            let field = HEADER + value;
            // Writing to a text does not fail.
            let _ = writeln!(
                rules,
                "  acl sternway_matches var(txn.sternway),field({field},{BETWEEN_MATCHED}),\
                 strcmp(txn.sternway_header) eq 0"
            );
        }
        let _ = writeln!(
            rules,
            "  http-request set-var(txn.sternway_backend) \
             var(txn.sternway),field({MATCHED_BACKEND},{BETWEEN_MATCHED}) \
             if {{ var(txn.sternway_header) -m found }} sternway_matches"
        );
        for arm in 0..Route::MAX_ARMS {
            let backend = FIRST_ARM + arm * FIELDS + 1;
            let end = backend + 1;
            let _ = writeln!(
                rules,
                "  http-request set-var(txn.sternway_backend) var(txn.sternway),field({backend},{BETWEEN}) \
                 if !{{ var(txn.sternway_backend) -m found }} \
                 {{ var(txn.sternway),field({end},{BETWEEN}),sub(txn.sternway_bucket) gt 0 }}"
            );
        }
        rules.push_str(
            "  use_backend %[var(txn.sternway_backend)] if { var(txn.sternway_backend) -m found }\n",
        );
        rules
    }

    /// The line of a map file with which `HAProxy` begins with this route when it is started, and not
    /// without one. Who writes it into the file keeps it up to date.
    ///
    /// ```
    /// use sternway_types::{Generation, Route, VersionNumber};
    ///
    /// let layout = sternway_haproxy::Layout::new("/etc/haproxy/sternway")?;
    /// let (artifact, environment) = ("tools/search".parse()?, "production".parse()?);
    /// let route = Route::whole(artifact, environment, Generation::new(7), VersionNumber::FIRST);
    /// assert_eq!(layout.line(&route), "tools/search/production 1|7|-|v1|search_v1|10000\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn line(&self, route: &Route) -> String {
        format!("{} {}\n", key(route.artifact(), route.environment()), written(self, route))
    }
}
