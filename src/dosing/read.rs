//! Doses from text: the short form of `--dose`, and the fields of a regimen in a model file.
//!
//! The short form is `ROUTE [AMOUNT] [bolus | over TIME | rate RATE] [at TIME] [every TIME [times N] [until TIME]]
//! [steady]`, the words after the amount in any order, several doses separated by `;` or `,`. A number without a unit
//! is in the declared unit of its target: amounts in that of what the dose goes into, times in the model's.

use super::error::{DoseError, DoseFault};
use super::schedule::{Amount, Delivery, Dose, Route};
use crate::diagnostics::{Place, SourceText, did_you_mean};
use crate::units::{Dimension, Unit, parse_quantity_as, parse_quantity_per_weight};
use std::ops::Range;
use std::sync::Arc;

/// A piece of text and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The text.
    pub text: String,
    /// Where its first byte stands, if it stands anywhere.
    pub place: Option<Place>,
}

impl Field {
    /// The place of a part of the text.
    fn part(&self, span: Range<usize>) -> Option<Place> {
        self.place.as_ref().map(|place| place.part(span))
    }
}

/// One dose, still as text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DoseFields {
    /// The route's name.
    pub route: Option<Field>,
    /// `0.5 mg/kg`.
    pub amount: Option<Field>,
    /// `40 min`.
    pub over: Option<Field>,
    /// `10 mg/h`.
    pub rate: Option<Field>,
    /// At once, whatever the route declares.
    pub bolus: bool,
    /// `0 h`.
    pub at: Option<Field>,
    /// `48 h`.
    pub every: Option<Field>,
    /// `6`.
    pub times: Option<Field>,
    /// `14 d`.
    pub until: Option<Field>,
    /// After doses since forever.
    pub steady: bool,
    /// The whole dose.
    pub place: Option<Place>,
}

const KEYWORDS: [&str; 8] = ["over", "rate", "at", "every", "times", "until", "steady", "bolus"];

/// Reads the short form, as `iv 0.5 mg/kg over 40 min at 0 h every 48 h times 6; oral 20 mg at 2 h`.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse_doses(source: &Arc<SourceText>, routes: &[Route], time: &Unit) -> Result<Vec<Dose>, DoseError> {
    let text = &source.text;
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut doses = Vec::new();
    let mut start = 0;
    for end in 0..=text.len() {
        let separates = match bytes.get(end) {
            None | Some(b';' | b'\n') => true,
            // `0,5` is a number with the wrong decimal sign, and must not become two doses.
            Some(b',') => !(digit(end.checked_sub(1)) && digit(Some(end + 1))),
            _ => false,
        };
        if separates {
            if !text[start..end].trim().is_empty() {
                doses.push(read_dose(&split_fields(source, start..end, routes)?, routes, time)?);
            }
            start = end + 1;
        }
    }
    if doses.is_empty() {
        return Err(DoseFault::Empty.at(Some(Place::new(source, 0..source.text.len()))));
    }
    Ok(doses)
}

/// Cuts one dose of the short form at its keywords.
fn split_fields(source: &Arc<SourceText>, whole: Range<usize>, routes: &[Route]) -> Result<DoseFields, DoseError> {
    let text = &source.text[whole.clone()];
    let mut words: Vec<(Range<usize>, &str)> = Vec::new();
    for word in text.split_whitespace() {
        let from = words.last().map_or(0, |(span, _)| span.end);
        let begin = from + text[from..].find(word).unwrap_or(0);
        words.push((begin..begin + word.len(), word));
    }
    let place = |span: &Range<usize>| Place::new(source, whole.start + span.start..whole.start + span.end);
    let bare: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
    if let Some((index, fault)) = misread(&bare, routes) {
        return Err(fault.at(Some(place(&words[index].0))));
    }
    let first = words.first().map_or(0, |(span, _)| span.start);
    let last = words.last().map_or(0, |(span, _)| span.end);
    let mut fields = DoseFields { place: Some(place(&(first..last))), ..DoseFields::default() };

    let mut key = "route";
    let mut key_span = 0..0;
    let mut index = 0;
    while index <= words.len() {
        let until = if key == "route" {
            (index + 1).min(words.len())
        } else {
            (index..words.len()).find(|&at| KEYWORDS.contains(&words[at].1)).unwrap_or(words.len())
        };
        let field = (index < until).then(|| {
            let span = words[index].0.start..words[until - 1].0.end;
            Field { text: text[span.clone()].to_string(), place: Some(place(&span)) }
        });
        fill(&mut fields, key, field, place(&key_span))?;
        if key == "route" && until < words.len() && !KEYWORDS.contains(&words[until].1) {
            (key, index) = ("amount", until);
            continue;
        }
        let Some((span, word)) = words.get(until) else { break };
        key = KEYWORDS.into_iter().find(|keyword| keyword == word).unwrap_or("amount");
        key_span = span.clone();
        index = until + 1;
    }
    Ok(fields)
}

/// What the words of a dose say in another way than here: the index of the word, and how it is written.
fn misread(words: &[&str], routes: &[Route]) -> Option<(usize, DoseFault)> {
    let is_route = |word: &&&str| routes.iter().any(|route| route.name == **word);
    if words.first().is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
        && let Some(route) = words.iter().find(is_route)
    {
        let rest = words.iter().filter(|word| *word != route).copied().collect::<Vec<_>>().join(" ");
        return Some((0, DoseFault::RouteLast { instead: format!("`{route} {rest}`") }));
    }
    let number = |word: &str| word.parse::<u32>().is_ok();
    words.iter().enumerate().skip(1).find_map(|(index, word)| {
        let next = words.get(index + 1).copied().unwrap_or_default();
        let value = words[index + 1..].iter().take_while(|word| !KEYWORDS.contains(word)).copied();
        let instead = match *word {
            "for" | "in" | "during" | "within" => format!("`over {}`", value.take(2).collect::<Vec<_>>().join(" ")),
            "x" | "X" | "×" if number(next) => format!("`times {next}`"),
            "per" => "`/`, as in `0.5 mg/kg`".to_string(),
            _ => {
                let count = word.strip_prefix(['x', 'X', '×']).or_else(|| word.strip_suffix(['x', 'X', '×']))?;
                format!("`times {}`", Some(count).filter(|count| number(count))?)
            }
        };
        Some((index, DoseFault::Stray { word: word.to_string(), instead }))
    })
}

/// Puts what followed a keyword into its field.
fn fill(fields: &mut DoseFields, key: &'static str, field: Option<Field>, place: Place) -> Result<(), DoseError> {
    let slot = match key {
        "route" => &mut fields.route,
        "amount" => &mut fields.amount,
        "over" => &mut fields.over,
        "rate" => &mut fields.rate,
        "at" => &mut fields.at,
        "every" => &mut fields.every,
        "times" => &mut fields.times,
        "until" => &mut fields.until,
        _ => {
            let flag = if key == "steady" { &mut fields.steady } else { &mut fields.bolus };
            if *flag {
                return Err(DoseFault::Repeated { key }.at(Some(place)));
            }
            *flag = true;
            // What follows a word without a value can only be an amount that was written late.
            return if field.is_some() { fill(fields, "amount", field, place) } else { Ok(()) };
        }
    };
    if slot.is_some() {
        return Err(DoseFault::Repeated { key }.at(Some(place)));
    }
    if field.is_none() {
        return Err(DoseFault::NoValue { key }.at(Some(place)));
    }
    *slot = field;
    Ok(())
}

/// A dose from its fields; `time` is the unit of the model's time.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_dose(fields: &DoseFields, routes: &[Route], time: &Unit) -> Result<Dose, DoseError> {
    let whole = || fields.place.clone();
    let Some(name) = &fields.route else { return Err(DoseFault::Empty.at(whole())) };
    let Some(index) = routes.iter().position(|route| route.name == name.text) else {
        let known: Vec<String> = routes.iter().map(|route| route.name.clone()).collect();
        let nearest = did_you_mean(&name.text, known.iter().map(String::as_str)).map(str::to_string);
        return Err(DoseFault::UnknownRoute { name: name.text.clone(), nearest, known }.at(name.place.clone()));
    };
    let route = &routes[index];
    let duration = |key, field: &Option<Field>| field.as_ref().map(|field| read_time(key, field, time)).transpose();

    let per_time = route.unit.over(time).unwrap_or_else(Unit::none);
    let amount = fields.amount.as_ref().map(|field| read_amount("amount", field, route, &route.unit)).transpose();
    let amount = amount.map_err(|error| said_as_rate(error, fields, route, &per_time))?;
    let rate = fields.rate.as_ref().map(|field| read_amount("rate", field, route, &per_time)).transpose()?;
    let over = duration("over", &fields.over)?;
    let at = duration("at", &fields.at)?.unwrap_or(0.0);
    let every = duration("every", &fields.every)?;
    let until = duration("until", &fields.until)?;
    let times = fields.times.as_ref().map(read_count).transpose()?;
    if let (Some(amount), Some(field)) = (amount, &fields.amount)
        && amount.value < 0.0
    {
        return Err(DoseFault::Negative { key: "amount", value: amount.value }.at(field.place.clone()));
    }
    let positive = [
        ("over", over, &fields.over),
        ("rate", rate.map(|rate| rate.value), &fields.rate),
        ("every", every, &fields.every),
    ];
    for (key, value, field) in positive {
        if let (Some(value), Some(field)) = (value, field)
            && value <= 0.0
        {
            return Err(DoseFault::NotPositive { key, value }.at(field.place.clone()));
        }
    }

    let conflict = |first, second| Err(DoseFault::Conflict { first, second }.at(whole()));
    if fields.bolus && over.is_some() {
        return conflict("bolus", "over");
    }
    if fields.bolus && rate.is_some() {
        return conflict("bolus", "rate");
    }
    let mut repeats_until = until;
    let (amount, delivery) = match (amount, over, rate) {
        (Some(_), Some(_), Some(_)) => return conflict("over", "rate"),
        (Some(amount), None, None) if fields.bolus => (amount, Delivery::Bolus),
        (Some(amount), None, None) => (amount, Delivery::Route),
        (Some(amount), Some(over), None) => (amount, Delivery::Over(over)),
        (Some(amount), None, Some(rate)) => (amount, Delivery::Rate(rate)),
        (None, Some(over), Some(rate)) => (Amount { value: rate.value * over, ..rate }, Delivery::Over(over)),
        (None, None, Some(rate)) if fields.steady && every.is_none() => {
            (Amount { value: 0.0, ..rate }, Delivery::Endless(rate))
        }
        (None, None, Some(rate)) if every.is_none() && until.is_some() => {
            // `rate 10 mg/h until 6 h`: one infusion from `at` until then.
            let over = repeats_until.take().map_or(0.0, |until| until - at);
            if over <= 0.0 {
                return Err(DoseFault::UntilBeforeStart.at(fields.until.as_ref().and_then(|field| field.place.clone())));
            }
            (Amount { value: rate.value * over, ..rate }, Delivery::Over(over))
        }
        (None, ..) => return Err(DoseFault::NoAmount.at(whole())),
    };
    let endless = matches!(delivery, Delivery::Endless(_));
    if every.is_none() {
        let stray = [
            (
                "times",
                times.is_some_and(|times| times > 1),
                fields.times.as_ref().and_then(|field| field.place.clone()),
            ),
            ("until", repeats_until.is_some(), fields.until.as_ref().and_then(|field| field.place.clone())),
            ("steady", fields.steady && !endless, whole()),
        ];
        for (key, stands, place) in stray {
            if stands {
                return Err(DoseFault::WithoutEvery { key }.at(place));
            }
        }
    }
    if repeats_until.is_some_and(|until| until <= at) {
        let place = fields.until.as_ref().and_then(|field| field.place.clone());
        return Err(DoseFault::UntilBeforeStart.at(place));
    }
    let steady = fields.steady;
    Ok(Dose { route: index, amount, delivery, at, every, times, until: repeats_until, steady, place: whole() })
}

fn read_time(key: &'static str, field: &Field, time: &Unit) -> Result<f64, DoseError> {
    let quantity = parse_quantity_as(&field.text, time).map_err(|error| quantity_error(key, field, error))?;
    Ok(quantity.internal())
}

fn quantity_error(key: &'static str, field: &Field, error: crate::units::QuantityError) -> DoseError {
    let place = field.part(error.span());
    let nearest = field
        .text
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .filter(|word| word.len() >= 3)
        .find_map(|word| did_you_mean(word, KEYWORDS))
        .and_then(|nearest| KEYWORDS.into_iter().find(|keyword| *keyword == nearest));
    let stray = field.text.split_whitespace().count() > 2;
    DoseFault::Quantity { key, error, nearest: nearest.filter(|_| stray) }.at(place)
}

/// An amount or a rate for a route; `wanted` is its unit.
fn read_amount(key: &'static str, field: &Field, route: &Route, wanted: &Unit) -> Result<Amount, DoseError> {
    let (quantity, per_weight) =
        parse_quantity_per_weight(&field.text, Some(wanted)).map_err(|error| quantity_error(key, field, error))?;
    let as_mass = route.molar_mass && counts_mass(quantity.unit.dimension(), wanted.dimension());
    if !as_mass && !quantity.unit.compatible(wanted) {
        let hint = if counts_mass(quantity.unit.dimension(), wanted.dimension()) {
            Some(format!("declare `molar_mass` on route `{}`, and masses are turned into amounts", route.name))
        } else {
            Some(format!("write it in `{}`, or in another unit of {}", wanted.text(), wanted.describe()))
        };
        let fault = DoseFault::WrongUnit {
            route: route.name.clone(),
            found: quantity.unit.text().to_string(),
            found_is: quantity.unit.describe(),
            wanted: wanted.text().to_string(),
            wanted_is: wanted.describe(),
            hint,
        };
        return Err(fault.at(field.part(quantity.unit_span.unwrap_or(quantity.value_span))));
    }
    Ok(Amount { value: quantity.internal(), per_weight, as_mass })
}

/// The same complaint with the word that is missing, if what stands as an amount is a rate.
fn said_as_rate(mut error: DoseError, fields: &DoseFields, route: &Route, per_time: &Unit) -> DoseError {
    let Some(amount) = &fields.amount else { return error };
    if let DoseFault::WrongUnit { hint, .. } = &mut *error.fault
        && read_amount("rate", amount, route, per_time).is_ok()
    {
        let over = fields.over.as_ref().map_or_else(String::new, |over| format!(" over {}", over.text));
        *hint = Some(format!("that is a rate: write `{} rate {}{over}`", route.name, amount.text));
    }
    error
}

/// Whether the one is a mass where the other is an amount of substance, both perhaps per time.
fn counts_mass(found: &Dimension, wanted: &Dimension) -> bool {
    found.over(wanted) == Some(Dimension::MOLAR_MASS)
}

fn read_count(field: &Field) -> Result<u32, DoseError> {
    match field.text.trim().parse::<f64>() {
        Ok(count) if (1.0..=1e9).contains(&count) && count.fract() == 0.0 => Ok(count as u32),
        _ => Err(DoseFault::NotACount { text: field.text.clone() }.at(field.place.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn routes() -> Vec<Route> {
        let unit = |text: &str| Unit::parse(text).expect(text);
        let route = |name: &str, unit: Unit, molar_mass| Route {
            name: name.into(),
            unit,
            molar_mass,
            has_duration: false,
            has_rate: false,
            compartment: None,
        };
        vec![
            route("iv", unit("mg"), false),
            route("racemic", unit("umol"), true),
            route("oral", unit("umol"), false),
            route("visit", unit("1"), false),
        ]
    }

    fn read(text: &str) -> Result<Vec<Dose>, DoseError> {
        parse_doses(&SourceText::new("--dose", text), &routes(), &Unit::parse("h").expect("h"))
    }

    fn one(text: &str) -> Dose {
        read(text).unwrap_or_else(|error| panic!("{text}: {error}")).remove(0)
    }

    #[test]
    fn the_short_form_of_the_manual() {
        let dose = one("iv 0.5 mg/kg over 40 min at 0 h every 48 h times 6");
        assert_eq!(dose.amount, Amount { value: 0.5, per_weight: true, as_mass: false });
        assert_eq!(dose.delivery, Delivery::Over(40.0 * 60.0 / 3600.0));
        assert_eq!((dose.at, dose.every, dose.times, dose.until), (0.0, Some(48.0), Some(6), None));
        assert_eq!(dose.place.as_ref().map(|place| place.span.clone()), Some(0..50));
    }

    #[test]
    fn words_come_in_any_order_and_numbers_may_lack_units() {
        let dose = one("iv steady 100 until 14 d at 2 rate 1 g/h every 24");
        assert_eq!((dose.amount.value, dose.at, dose.every, dose.until), (100.0, 2.0, Some(24.0), Some(336.0)));
        assert!(dose.steady && matches!(dose.delivery, Delivery::Rate(rate) if rate.value == 1000.0));
    }

    #[test]
    fn a_rate_and_a_time_make_an_amount() {
        assert_eq!(one("iv rate 6 mg/h over 30 min").amount.value, 3.0);
        let dose = one("iv rate 6 mg/h at 1 h until 3 h");
        assert_eq!((dose.amount.value, dose.delivery, dose.until), (12.0, Delivery::Over(2.0), None));
        assert!(matches!(one("iv rate 6 ug/kg/min steady").delivery, Delivery::Endless(rate) if rate.per_weight));
    }

    #[test]
    fn masses_and_amounts_meet_only_through_a_molar_mass() {
        assert!(one("racemic 50 mg").amount.as_mass);
        assert!(!one("racemic 50 umol").amount.as_mass);
        let error = read("oral 50 mg").expect_err("no molar mass");
        assert_eq!(error.to_string(), "`mg` is mass, but route `oral` takes `umol` (amount)");
        assert_eq!(
            error.fault.hint().as_deref(),
            Some("declare `molar_mass` on route `oral`, and masses are turned into amounts")
        );
    }

    #[test]
    fn several_doses() {
        let doses = read("iv 5 mg; visit 1 at 2 h every 1 wk times 3, iv 1 mg bolus at 3").expect("doses");
        assert_eq!(doses.len(), 3);
        assert_eq!(doses[1].every, Some(168.0));
        assert_eq!((doses[2].delivery, doses[2].at), (Delivery::Bolus, 3.0));
    }

    /// What is wrong, where, and what to do: text of the dose, the underlined part, message, hint.
    #[test]
    fn faults_are_named_at_their_place() {
        let table: String = [
            "",
            "i.v. 5 mg",
            "racemc 5 mg",
            "iv",
            "iv 5 mg ovr 40 min",
            "iv 5 mg over",
            "iv 5 mg over 40 min over 2 h",
            "iv 5 mg over 40 mg",
            "iv 5 L",
            "oral 5 mg",
            "iv 5 mgg",
            "iv -5 mg",
            "iv 5 mg over 0 h",
            "iv 5 mg rate -1 mg/h",
            "iv 5 mg rate 1 mg",
            "iv 5 mg over 1 h rate 5 mg/h",
            "iv 5 mg bolus over 1 h",
            "iv 5 mg every 0 h",
            "iv 5 mg every 24 h times 0",
            "iv 5 mg every 24 h times 2.5",
            "iv 5 mg times 3",
            "iv 5 mg until 3 d",
            "iv 5 mg steady",
            "iv 5 mg at 3 d every 24 h until 2 d",
            "iv over 2 h",
            "iv nan mg",
            "iv 0,5 mg",
        ]
        .iter()
        .map(|text| {
            let error = read(text).expect_err(text);
            let place = error.place.clone().expect("a place");
            format!(
                "{text}\n    {} `{}`: {}\n    hint: {}\n",
                error.fault.code(),
                &text[place.span],
                error,
                error.fault.hint().unwrap_or_default()
            )
        })
        .collect();
        insta::assert_snapshot!(table);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(iv |oral |over |rate |at |every |times |until |steady |[0-9. ]{1,3}|mg|/kg|h|[;,]|\\PC){0,12}") {
            if let Err(error) = read(&text) {
                prop_assert!(error.place.is_some());
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
