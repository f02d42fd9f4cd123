//! `element/table.rs` and `element/iana.rs`, from the tables of information elements.

use alloc::collections::BTreeMap;
use core::fmt::Write as _;
use core::ops::RangeInclusive;
use std::collections::HashMap;

use super::spelling::variant;
use crate::registry::{self, RegistryRow};
use crate::repository::Result;

/// The enterprise of the elements in the reverse direction (RFC 5103, section 6.1).
const REVERSE: u32 = 29305;
/// CERT, whose elements in the reverse direction have this bit set.
const CERT: u32 = 6871;
const CERT_REVERSE_BIT: u16 = 0x4000;
/// IANA elements that have no reverse (RFC 5103, section 6.1).
const NOT_REVERSIBLE: [RangeInclusive<u16>; 9] = [
    40..=42,
    130..=131,
    137..=137,
    145..=145,
    148..=149,
    163..=168,
    173..=173,
    210..=217,
    239..=239,
];
/// Enterprises whose elements v9 field types are numbered after, and what is added; the
/// same as in `element::v9`.
const V9_RULES: [(u32, u16); 4] = [(9, 32768), (35632, 57472), (33610, 33610), (9, 0)];

#[derive(Debug, Clone, PartialEq)]
struct Element {
    name: String,
    data_type: String,
    semantics: String,
    units: String,
}

impl Element {
    fn read(row: &RegistryRow) -> Result<Self> {
        Ok(Self {
            name: row.text("name")?.to_owned(),
            data_type: match row.text("type")? {
                "" => "None".to_owned(),
                name => format!("Some(D::{})", variant(name)),
            },
            semantics: match row.text("semantics") {
                Ok("") | Err(_) => "S::Default".to_owned(),
                Ok(name) => format!("S::{}", variant(name)),
            },
            units: match row.text("units") {
                Ok("") | Err(_) => "U::None".to_owned(),
                Ok(name) => format!("U::{}", variant(name)),
            },
        })
    }

    fn reverse(&self) -> Self {
        let mut name = "reverse".to_owned();
        let mut letters = self.name.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        Self {
            name,
            ..self.clone()
        }
    }
}

type Elements = BTreeMap<(u32, u16), Element>;

/// The elements of IPFIX, with those of the reverse direction.
fn ipfix() -> Result<Elements> {
    let mut elements = Elements::new();
    for file in ["iana.csv", "enterprise.csv"] {
        for row in registry::read(file)? {
            let key = (row.number("pen")?, row.number("id")?);
            if elements.insert(key, Element::read(&row)?).is_some() {
                return Err(format!("{file}: {key:?} occurs twice").into());
            }
        }
    }
    let reversed: Vec<_> = elements
        .iter()
        .filter_map(|(&(enterprise, id), element)| match enterprise {
            0 if !NOT_REVERSIBLE.iter().any(|ids| ids.contains(&id)) => {
                Some(((REVERSE, id), element.reverse()))
            }
            CERT => Some(((CERT, id | CERT_REVERSE_BIT), element.reverse())),
            _ => None,
        })
        .collect();
    for (key, element) in reversed {
        if elements.insert(key, element).is_some() {
            return Err(format!("{key:?} is both listed and a reverse element").into());
        }
    }
    Ok(elements)
}

/// The field types of v9 alone that follow from no rule.
fn v9(ipfix: &Elements) -> Result<BTreeMap<u16, Element>> {
    let mut types = BTreeMap::new();
    for row in registry::read("netflow_v9_vendor.csv")? {
        let id: u16 = row.number("id")?;
        let element = Element::read(&row)?;
        let by_rule = V9_RULES
            .iter()
            .find_map(|&(enterprise, base)| ipfix.get(&(enterprise, id.checked_sub(base)?)));
        let same = |other: &Element| {
            (&other.name, &other.data_type) == (&element.name, &element.data_type)
        };
        if ipfix.contains_key(&(0, id)) || by_rule.is_some_and(same) {
            continue;
        }
        if types.insert(id, element).is_some() {
            return Err(format!("netflow_v9_vendor.csv: {id} occurs twice").into());
        }
    }
    Ok(types)
}

/// All names in one text, each once.
#[derive(Default)]
struct NameText {
    text: String,
    places: HashMap<String, usize>,
    len: usize,
}

impl NameText {
    fn place(&mut self, name: &str) -> usize {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        let place = self.len;
        self.text.push_str(name);
        self.text.push_str("\\\n");
        self.places.insert(name.to_owned(), place);
        self.len += name.len();
        place
    }
}

/// Rows, enterprises, names, and the order of the names.
pub(super) fn table() -> Result<String> {
    let ipfix = ipfix()?;
    let v9 = v9(&ipfix)?;
    let mut names = NameText::default();
    let mut rows = String::new();
    let numbered = ipfix.iter().map(|(&(_, id), element)| (id, element));
    let numbered = numbered.chain(v9.iter().map(|(&id, element)| (id, element)));
    for (id, element) in numbered {
        let place = names.place(&element.name);
        let (len, data_type) = (element.name.len(), &element.data_type);
        let (semantics, units) = (&element.semantics, &element.units);
        writeln!(
            rows,
            "    Row::new({place}, {len}, {id}, {data_type}, {semantics}, {units}),"
        )?;
    }
    let count = ipfix.len() + v9.len();
    let mut out = String::from(
        "//! Rows of every information element. Generated by `cargo xtask generate`.\n\n\
         use super::property::{DataType as D, Semantics as S, Units as U};\n\
         use super::row::{Block, Row};\n",
    );
    out.push_str(&blocks(&ipfix, count)?);
    // One line for each row, however long.
    writeln!(
        out,
        "\n/// By number within each block.\n#[rustfmt::skip]\n\
         pub(super) static ROWS: [Row; {count}] = [\n{rows}];\n\n\
         /// The rows by name.\n\
         pub(super) static BY_NAME: [u16; {count}] = ["
    )?;
    for index in by_name(&ipfix, &v9) {
        writeln!(out, "{},", u16::try_from(index)?)?;
    }
    writeln!(
        out,
        "];\n\n/// The names the rows point into.\n\
         pub(super) static NAMES: &str = \"\\\n{}\";\n",
        names.text
    )?;
    out.push_str(&ranges()?);
    out.push_str(&v9_scopes()?);
    Ok(out)
}

/// Which rows belong to which enterprise; those of v9 come last.
fn blocks(ipfix: &Elements, count: usize) -> Result<String> {
    let mut ends: BTreeMap<u32, usize> = BTreeMap::new();
    for (index, &(enterprise, _)) in ipfix.keys().enumerate() {
        ends.insert(enterprise, index + 1);
    }
    let mut out = String::from("\n/// By enterprise number.\n");
    writeln!(out, "pub(super) static BLOCKS: [Block; {}] = [", ends.len())?;
    let mut start = 0;
    for (enterprise, end) in ends {
        writeln!(out, "Block::new({enterprise}, {start}, {end}),")?;
        start = end;
    }
    writeln!(
        out,
        "];\n\n/// Field types of v9 that are not elements of IPFIX.\n\
         pub(super) static V9: Block = Block::new(0, {start}, {count});"
    )?;
    Ok(out)
}

/// The rows by name; of one name IANA comes first, then its reverse, the enterprises, and v9.
fn by_name(ipfix: &Elements, v9: &BTreeMap<u16, Element>) -> Vec<usize> {
    let ranked = ipfix.iter().map(|(&(enterprise, _), element)| {
        let rank = match enterprise {
            0 => 0,
            REVERSE => 1,
            _ => 2,
        };
        (&element.name, rank)
    });
    let ranked = ranked.chain(v9.values().map(|element| (&element.name, 3)));
    let mut order: Vec<_> = ranked.zip(0..).collect();
    order.sort();
    order.into_iter().map(|(_, index)| index).collect()
}

fn ranges() -> Result<String> {
    let mut lines = Vec::new();
    for row in registry::read("iana.csv")? {
        let Some((first, last)) = row.text("range")?.split_once('-') else {
            continue;
        };
        let id: u16 = row.number("id")?;
        lines.push(format!("({id}, {}, {}),", bound(first)?, bound(last)?));
    }
    Ok(format!(
        "/// Number of an IANA element, least and greatest value.\n\
         pub(super) static RANGES: [(u16, u64, u64); {}] = [\n{}\n];\n\n",
        lines.len(),
        lines.join("\n")
    ))
}

fn bound(text: &str) -> Result<u64> {
    Ok(match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16)?,
        None => text.parse()?,
    })
}

fn v9_scopes() -> Result<String> {
    let mut lines = Vec::new();
    for row in registry::read("netflow_v9_scopes.csv")? {
        let id: u16 = row.number("id")?;
        lines.push(format!("({id}, {:?}),", row.text("name")?));
    }
    Ok(format!(
        "/// Scope field types of v9 (RFC 3954, section 6.1).\n\
         pub(super) static V9_SCOPES: [(u16, &str); {}] = [\n{}\n];\n",
        lines.len(),
        lines.join("\n")
    ))
}

/// A constant for each IANA element.
pub(super) fn iana() -> Result<String> {
    let mut out = String::from(
        "//! A constant for each element of the IANA registry. Generated by `cargo xtask generate`.\n\
         //!\n\
         //! ```\n\
         //! use netflow_core::element::iana;\n\
         //!\n\
         //! assert_eq!(iana::SOURCE_IPV4_ADDRESS.name, \"sourceIPv4Address\");\n\
         //! ```\n\n\
         use super::property::{DataType as D, Semantics as S, Units as U};\n\
         use super::{ElementId, InformationElement};\n\n\
         const fn iana(id: u16, name: &'static str, data_type: D, semantics: S, units: U) -> InformationElement {\n\
         InformationElement { name, id: ElementId::iana(id), data_type: Some(data_type), semantics, units }\n\
         }\n",
    );
    let mut constants: Vec<String> = Vec::new();
    for row in registry::read("iana.csv")? {
        let id: u16 = row.number("id")?;
        let (name, data_type) = (row.text("name")?, row.text("type")?);
        let constant = constant(name);
        writeln!(out, "\n{}", doc(&row)?)?;
        writeln!(
            out,
            "pub const {constant}: InformationElement = iana({id}, {name:?}, D::{}, S::{}, U::{});",
            variant(data_type),
            variant(row.text("semantics")?),
            match row.text("units")? {
                "" => "None".to_owned(),
                units => variant(units),
            },
        )?;
        if constants.contains(&constant) {
            return Err(format!("two elements would be called {constant}").into());
        }
        constants.push(constant);
    }
    writeln!(
        out,
        "\n/// All of them, for the tests.\n#[cfg(test)]\n\
         pub(super) const ALL: [InformationElement; {}] = [{}];",
        constants.len(),
        constants.join(",")
    )?;
    Ok(out)
}

fn doc(row: &RegistryRow) -> Result<String> {
    let (name, id) = (row.text("name")?, row.text("id")?);
    let mut doc = format!("/// `{name}` ({id}): {}", row.text("type")?);
    match row.text("semantics")? {
        "default" => {}
        semantics => write!(doc, ", {semantics}")?,
    }
    match row.text("units")? {
        "" => {}
        units => write!(doc, ", in {units}")?,
    }
    doc.push('.');
    match row.text("netflow_v9_name")? {
        "" => {}
        v9 => write!(doc, " Called `{v9}` in NetFlow v9.")?,
    }
    if row.text("status")? == "deprecated" {
        doc.push_str(" Deprecated.");
    }
    Ok(doc)
}

/// `sourceIPv4Address` to `SOURCE_IPV4_ADDRESS`.
fn constant(name: &str) -> String {
    // Capitals in a row are one word up to the last of them; these are not.
    let words = [
        ("IPv", "Ipv"),
        ("IPSec", "Ipsec"),
        ("MCast", "Mcast"),
        ("TEid", "Teid"),
        ("VRFID", "VrfId"),
        ("VRFname", "VrfName"),
        ("layer2packet", "layer2Packet"),
    ];
    let mut spelled = name.to_owned();
    for (from, to) in words {
        spelled = spelled.replace(from, to);
    }
    let letters: Vec<char> = spelled.chars().collect();
    let mut constant = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let after_capital = index > 0 && letters[index - 1].is_ascii_uppercase();
        let before_small = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        if index > 0 && letter.is_ascii_uppercase() && (!after_capital || before_small) {
            constant.push('_');
        }
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

#[cfg(test)]
mod tests {
    use super::constant;

    #[test]
    fn constants_keep_the_words_of_a_name() {
        for (name, expected) in [
            ("sourceIPv4Address", "SOURCE_IPV4_ADDRESS"),
            ("postNATSourceIPv4Address", "POST_NAT_SOURCE_IPV4_ADDRESS"),
            ("ingressVRFID", "INGRESS_VRF_ID"),
            ("VRFname", "VRF_NAME"),
            ("IPSecSPI", "IPSEC_SPI"),
            ("postMCastPacketDeltaCount", "POST_MCAST_PACKET_DELTA_COUNT"),
            ("hashIPPayloadSize", "HASH_IP_PAYLOAD_SIZE"),
            ("gtpuTEid", "GTPU_TEID"),
            ("dot1qDEI", "DOT1Q_DEI"),
        ] {
            assert_eq!(constant(name), expected);
        }
    }
}
