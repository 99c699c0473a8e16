//! Health checks that ask somebody by a network: over HTTP, of Prometheus, of a database.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use sternway::types::SecretRef;
use sternway_health::{
    BadCheck, Bounds, Endpoint, HttpProbe, PrometheusProbe, SqlProbe, Statuses, Text,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Check;
use crate::settings::{
    error::SettingsError,
    file::{Elsewhere, SettingsFile, elsewhere},
};

impl SettingsFile<'_> {
    /// An address that is asked, or a hook that is told.
    pub(super) fn http(
        &self,
        table: &DeTable<'_>,
        what: &Spanned<DeValue<'_>>,
        timeout: Duration,
    ) -> Result<(Check, String), SettingsError> {
        let address = self.text(what)?;
        let endpoint = Endpoint::new(address).map_err(|err| self.bad(what, &err))?;
        let endpoint = self.with_headers(table, endpoint.within(timeout))?;
        let is_hook = match table.get("send") {
            Some(value) => self.is_set(value)?,
            None => false,
        };
        let mut probe = if is_hook { HttpProbe::hook(endpoint) } else { HttpProbe::new(endpoint) };
        if let Some(value) = table.get("method") {
            let method = self.text(value)?;
            probe = probe.with_method(method).map_err(|err| self.bad(value, &err))?;
        }
        if let Some(value) = table.get("status") {
            if value.get_ref().as_array().is_some_and(|all| all.is_empty()) {
                return Err(self.wrong(value, "expected a status that is well"));
            }
            probe = probe.expecting(self.statuses(value)?);
        }
        if let Some(value) = table.get("wait") {
            probe = probe.waiting_at(self.statuses(value)?);
        }
        if let Some(value) = table.get("expect") {
            probe = probe.saying(self.text(value)?);
        }
        Ok((Check::Remote(Arc::new(probe)), without_query(address)))
    }

    /// A number of a query.
    pub(super) fn prometheus(
        &self,
        table: &DeTable<'_>,
        what: &Spanned<DeValue<'_>>,
        timeout: Duration,
    ) -> Result<(Check, String), SettingsError> {
        let server = self.text(what)?;
        let needs = || self.wrong(what, "it needs a query = \"…\" as well, and above or below = N");
        let query = self.text(table.get("query").ok_or_else(needs)?)?;
        let number = |key| table.get(key).map(|value| self.number(value)).transpose();
        let (above, below) = (number("above")?, number("below")?);
        let bounds = Bounds::new(above, below).map_err(|err| self.bad(what, &err))?;
        let endpoint =
            Endpoint::of_prometheus(server, query).map_err(|err| self.bad(what, &err))?;
        let endpoint = self.with_headers(table, endpoint.within(timeout))?;
        let probe = PrometheusProbe::new(endpoint, bounds);
        Ok((Check::Remote(Arc::new(probe)), format!("{query} {bounds}")))
    }

    /// A row of a query.
    pub(super) fn sql(
        &self,
        table: &DeTable<'_>,
        what: &Spanned<DeValue<'_>>,
        timeout: Duration,
    ) -> Result<(Check, String), SettingsError> {
        let query = self.text(what)?;
        let needs = || self.wrong(what, "it needs a database = { env = \"DATABASE\" } as well");
        let database = self.kept(table.get("database").ok_or_else(needs)?)?;
        let probe = SqlProbe::new(database, query).map_err(|err| self.bad(what, &err))?;
        Ok((Check::Remote(Arc::new(probe.within(timeout))), query.to_owned()))
    }

    fn with_headers(
        &self,
        table: &DeTable<'_>,
        mut endpoint: Endpoint,
    ) -> Result<Endpoint, SettingsError> {
        let Some(value) = table.get("headers") else { return Ok(endpoint) };
        let expected = "expected a table such as { Authorization = { env = \"TOKEN\" } }";
        let headers = value.get_ref().as_table().ok_or_else(|| self.wrong(value, expected))?;
        for (name, value) in headers {
            let text = self.kept(value)?;
            endpoint =
                endpoint.with_header(name.get_ref(), text).map_err(|err| self.bad(value, &err))?;
        }
        Ok(endpoint)
    }

    /// A text, or where it is kept until the check is made.
    fn kept(&self, value: &Spanned<DeValue<'_>>) -> Result<Text, SettingsError> {
        if let Some(text) = value.get_ref().as_str() {
            return Ok(Text::Written(text.to_owned()));
        }
        let expected = "expected a text in quotes, { env = \"NAME\" } or { file = \"PATH\" }";
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(value, expected))?;
        let place = elsewhere(table).map_err(|why| self.wrong(value, &why))?;
        Ok(Text::Kept(match self.beside(place) {
            Elsewhere::Variable(name) => SecretRef::Variable(name),
            Elsewhere::File(path) => {
                let path = path.to_str().ok_or_else(|| self.wrong(value, "not UTF-8"))?;
                SecretRef::File(path.to_owned())
            }
        }))
    }

    /// One status or a range, or a list of them.
    fn statuses(&self, value: &Spanned<DeValue<'_>>) -> Result<Statuses, SettingsError> {
        if let Some(all) = value.get_ref().as_array() {
            let mut each = all.iter().map(|value| self.statuses_of(value));
            return each.try_fold(Statuses::default(), |all, one| Ok(all.and(one?)));
        }
        self.statuses_of(value)
    }

    fn statuses_of(&self, value: &Spanned<DeValue<'_>>) -> Result<Statuses, SettingsError> {
        let written = value.get_ref();
        let text = written.as_str().or_else(|| written.as_integer().map(|it| it.as_str()));
        Statuses::from_str(text.unwrap_or_default()).map_err(|err| self.bad(value, &err))
    }

    fn number(&self, value: &Spanned<DeValue<'_>>) -> Result<f64, SettingsError> {
        let written = value.get_ref();
        let text = written.as_float().map(|it| it.as_str());
        let text = text.or_else(|| written.as_integer().map(|it| it.as_str()));
        let number = text.and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.wrong(value, "expected a number"))
    }

    fn is_set(&self, value: &Spanned<DeValue<'_>>) -> Result<bool, SettingsError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong(value, "expected true or false"))
    }

    fn text<'t>(&self, value: &'t Spanned<DeValue<'_>>) -> Result<&'t str, SettingsError> {
        value.get_ref().as_str().ok_or_else(|| self.wrong(value, "expected a text in quotes"))
    }

    fn bad(&self, value: &Spanned<DeValue<'_>>, err: &BadCheck) -> SettingsError {
        let why = std::error::Error::source(err);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        self.wrong(value, &format!("{err}{why}"))
    }
}

/// An address as it is shown: what stands behind a `?` may be a secret.
fn without_query(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parse, refused};
    use crate::settings::file::Scope;

    #[test]
    fn whoever_is_asked_by_a_network_is_an_address_and_what_is_said_to_it() {
        let text = "[health.ready]\n\
                    http = 'https://app.internal/ready?token=t'\n\
                    status = [204, '301..=302']\n\
                    expect = 'ok'\n\
                    headers = { Authorization = { env = 'TOKEN' }, Accept = 'text/plain' }\n\
                    [health.gate]\n\
                    http = 'http://ci:8080/gate'\n\
                    send = true\n\
                    method = 'PUT'\n\
                    wait = []\n\
                    [health.errors]\n\
                    prometheus = 'http://prometheus:9090'\n\
                    query = 'errors'\n\
                    above = -1\n\
                    below = 0.5\n\
                    [health.rows]\n\
                    sql = 'SELECT true'\n\
                    database = { file = 'secrets/url' }\n";
        let all = parse(Scope::User, text).unwrap();
        let shown: Vec<_> =
            all.iter().map(|(name, it)| format!("{name} {} {}", it.kind, it.shown)).collect();
        let expected = [
            "errors prometheus errors above -1 and below 0.5",
            "gate http http://ci:8080/gate",
            "ready http https://app.internal/ready",
            "rows sql SELECT true",
        ];
        assert_eq!(shown, expected);
        let known = format!("{all:?}");
        assert!(known.contains("file:home/secrets/url") && !known.contains("token"), "{known}");
    }

    #[test]
    fn what_cannot_be_asked_is_refused_where_it_stands() {
        let http = "[health.x]\nhttp = 'http://app/'\n";
        refused("[health.x]\nhttp = 'app/ready'", "2, column 8: it cannot be asked there: ");
        refused(
            "[health.x]\nhttp = 'http://me:word@app/'",
            "2, column 8: an address holds no password",
        );
        refused(&format!("{http}status = 20"), "3, column 10: \"20\" is no status");
        refused(&format!("{http}status = [200, '2xx']"), "3, column 16: \"2xx\" is no status");
        refused(&format!("{http}method = 'fetch'"), "3, column 10: \"fetch\" is no method");
        refused(&format!("{http}send = 'yes'"), "3, column 8: expected true or false");
        refused(&format!("{http}headers = 'x'"), "3, column 11: expected a table such as");
        refused(&format!("{http}headers = {{ a = 5 }}"), "3, column 17: expected a text in quotes");
        refused(
            &format!("{http}headers = {{ a = {{ env = '' }} }}"),
            "3, column 17: expected a text",
        );
        refused(
            &format!("{http}headers = {{ 'a b' = 'x' }}"),
            "3, column 21: \"a b\" is no header",
        );
        refused(&format!("{http}query = 'up'"), "3, column 1: there is no query beside http");
        let prometheus = "[health.x]\nprometheus = 'http://p:9090'\n";
        refused(prometheus, "2, column 14: it needs a query");
        refused(&format!("{prometheus}query = 'up'"), "2, column 14: expected above = N");
        refused(&format!("{prometheus}query = ''\nabove = 0"), "2, column 14: the query is empty");
        refused(
            &format!("{prometheus}query = 'up'\nabove = 'x'"),
            "4, column 9: expected a number",
        );
        refused(&format!("{prometheus}query = 'up'\nabove = nan"), "2, column 14: expected above");
        refused("[health.x]\nsql = 'SELECT true'", "2, column 7: it needs a database");
    }
}
