//! What the caller knows of exporters besides what they announce.

use std::path::Path;

use netflow_core::element::Definitions;
use netflow_core::{
    ConfiguredCounter, ConfiguredCounters, ConfiguredRate, ConfiguredRates, Decoder, OptionsScope,
    SessionScope,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Rates such as `192.0.2.0/24=1000` for exporters that announce none, rates that replace what
/// exporters announce, the scope of options, meanings such as `192.0.2.0/24=biflow` of second
/// counters, files with definitions of elements, and whether each source port is an exporter.
pub(crate) type ExporterArguments = (
    Vec<String>,
    Vec<String>,
    String,
    Vec<String>,
    Vec<String>,
    bool,
);

/// The same, parsed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exporters {
    configured: ConfiguredRates,
    overrides: ConfiguredRates,
    scope: OptionsScope,
    counters: ConfiguredCounters,
    definitions: Definitions,
    sessions: SessionScope,
}

impl Exporters {
    /// # Errors
    ///
    /// `ValueError` if one of them cannot be parsed.
    pub(crate) fn new(arguments: Option<ExporterArguments>) -> PyResult<Self> {
        let Some((configured, overrides, scope, counters, files, by_port)) = arguments else {
            return Ok(Self::default());
        };
        Ok(Self {
            configured: rates("sampling", &configured)?,
            overrides: rates("sampling_override", &overrides)?,
            counters: self::counters(&counters)?,
            definitions: definitions(&files)?,
            sessions: if by_port {
                SessionScope::Transport
            } else {
                SessionScope::Exporter
            },
            scope: match scope.as_str() {
                "domain" => OptionsScope::Domain,
                "exporter" => OptionsScope::Exporter,
                _ => {
                    return Err(PyValueError::new_err(format!(
                        "options_scope is \"domain\" or \"exporter\", not {scope:?}"
                    )));
                }
            },
        })
    }

    /// A decoder that applies it.
    pub(crate) fn apply(&self, decoder: Decoder) -> Decoder {
        decoder
            .with_configured_rates(self.configured.clone())
            .with_override_rates(self.overrides.clone())
            .with_options_scope(self.scope)
            .with_configured_counters(self.counters.clone())
            .with_definitions(self.definitions.clone())
            .with_scope(self.sessions)
    }
}

/// The elements that files define.
fn definitions(files: &[String]) -> PyResult<Definitions> {
    let mut elements = Vec::new();
    for file in files {
        let found = netflow_definitions::read(Path::new(file));
        let found =
            found.map_err(|error| PyValueError::new_err(format!("definitions: {error}")))?;
        elements.extend(found.into_iter().map(|found| found.element));
    }
    Ok(elements.into_iter().collect())
}

fn rates(argument: &str, rates: &[String]) -> PyResult<ConfiguredRates> {
    let parse = |text: &String| {
        text.parse::<ConfiguredRate>()
            .map_err(|error| PyValueError::new_err(format!("{argument}: {text:?}: {error}")))
    };
    rates.iter().map(parse).collect()
}

fn counters(given: &[String]) -> PyResult<ConfiguredCounters> {
    let parse = |text: &String| {
        text.parse::<ConfiguredCounter>()
            .map_err(|error| PyValueError::new_err(format!("second_counters: {text:?}: {error}")))
    };
    given.iter().map(parse).collect()
}
