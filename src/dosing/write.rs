//! Doses back into the short form, for differences between models, captions and the page: what is written here reads
//! back to the same doses.

use super::schedule::{Amount, Delivery, Dose, Route};
use crate::numerics::float_text::number_text;
use crate::units::Unit;

/// The short form of doses, as `iv 0.5 mg/kg over 40 min every 48 h times 6; iv 20 mg at 2 h`. `time` is the unit of the
/// model's time; another unit is chosen where it makes a shorter number.
pub fn describe(doses: &[Dose], routes: &[Route], time: &Unit) -> String {
    doses.iter().map(|dose| describe_dose(dose, routes, time)).collect::<Vec<_>>().join("; ")
}

fn describe_dose(dose: &Dose, routes: &[Route], time: &Unit) -> String {
    let Some(route) = routes.get(dose.route) else { return String::new() };
    let per_time = route.unit.over(time).unwrap_or_else(Unit::none);
    let mut words = vec![route.name.clone()];
    let amount = || amount_text(&dose.amount, &route.unit, &mass("mg"));
    let rate = |rate: &Amount| format!("rate {}", amount_text(rate, &per_time, &mass("mg/h")));
    match &dose.delivery {
        Delivery::Route => words.push(amount()),
        Delivery::Bolus => words.extend([amount(), "bolus".into()]),
        Delivery::Over(over) => words.extend([amount(), format!("over {}", time_text(*over, time))]),
        Delivery::Rate(kept) => words.extend([amount(), rate(kept)]),
        Delivery::Endless(kept) => words.push(rate(kept)),
    }
    if dose.at != 0.0 {
        words.push(format!("at {}", time_text(dose.at, time)));
    }
    words.extend(dose.every.map(|every| format!("every {}", time_text(every, time))));
    words.extend(dose.times.map(|times| format!("times {times}")));
    words.extend(dose.until.map(|until| format!("until {}", time_text(until, time))));
    if dose.steady {
        words.push("steady".into());
    }
    words.join(" ")
}

/// A unit of the internal system, for a mass given where the route counts an amount.
fn mass(text: &str) -> Unit {
    Unit::parse(text).unwrap_or_else(|_| Unit::none())
}

fn amount_text(amount: &Amount, unit: &Unit, mass: &Unit) -> String {
    let unit = if amount.as_mass { mass } else { unit };
    let per = match (amount.per_weight, unit.text()) {
        (false, text) => text.to_string(),
        // `mg/h` per kilogram reads better, and the same, as `mg/kg/h`.
        (true, text) => match text.split_once('/') {
            Some((over, under)) => format!("{over}/kg/{under}"),
            None => format!("{text}/kg"),
        },
    };
    format!("{} {per}", number_text(unit.from_internal_shortest(amount.value)))
}

/// A time in the model's unit, or in another that makes a number shorter by more than two signs.
pub fn time_text(time: f64, model: &Unit) -> String {
    let others = ["min", "h", "d", "wk"].iter().filter_map(|text| Unit::parse(text).ok());
    let candidates = std::iter::once(model.clone()).chain(others.filter(|unit| unit.compatible(model)));
    let written = |unit: &Unit| {
        let number = unit.from_internal_shortest(time);
        (unit.to_internal(number) == time).then(|| (number_text(number), unit.text().to_string()))
    };
    let shortest = candidates
        .filter_map(|unit| written(&unit))
        .enumerate()
        .min_by_key(|(index, (number, _))| number.len() + if *index == 0 { 0 } else { 2 });
    let (number, unit) = shortest
        .map_or_else(|| (number_text(model.from_internal(time)), model.text().to_string()), |(_, written)| written);
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::dosing::parse_doses;
    use proptest::prelude::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).expect(text)
    }

    fn routes() -> Vec<Route> {
        let route = |name: &str, text, molar_mass| Route {
            name: name.into(),
            unit: unit(text),
            molar_mass,
            has_duration: false,
            has_rate: false,
            compartment: None,
        };
        vec![route("iv", "mg", false), route("racemic", "umol", true), route("level", "ng/mL", false)]
    }

    fn read(text: &str, time: &str) -> Vec<Dose> {
        let doses = parse_doses(&SourceText::new("--dose", text), &routes(), &unit(time));
        let mut doses = doses.unwrap_or_else(|error| panic!("{text}: {error}"));
        doses.iter_mut().for_each(|dose| dose.place = None);
        doses
    }

    #[test]
    fn what_an_author_wrote_is_written_again() {
        for text in [
            "iv 0.5 mg/kg over 40 min every 48 h times 6",
            "iv 50 mg bolus; racemic 20 mg over 2 h at 1 d",
            "racemic 0.25 umol rate 10 mg/kg/h until 3 d every 12 h",
            "iv rate 6 mg/kg/h steady",
            "level 3 ng/mL at -1 h every 1 d times 3 steady",
        ] {
            let written = describe(&read(text, "h"), &routes(), &unit("h"));
            assert_eq!(read(&written, "h"), read(text, "h"), "{written}");
        }
        let written = describe(&read("iv 0.5 mg/kg over 40 min every 48 h times 6", "h"), &routes(), &unit("h"));
        assert_eq!(written, "iv 0.5 mg/kg over 40 min every 48 h times 6");
    }

    proptest! {
        #[test]
        fn the_short_form_reads_back(
            amount in 0.0..1e4, over in 1e-3..1e3, at in -1e3..1e3, every in 1e-3..1e3,
            route in 0..3_usize, per_weight in any::<bool>(), how in 0..4_u8, in_days in any::<bool>(),
        ) {
            let amount = Amount { value: amount, per_weight, as_mass: false };
            let delivery = match how {
                0 => Delivery::Route,
                1 => Delivery::Bolus,
                2 => Delivery::Over(over),
                _ => Delivery::Rate(Amount { value: over, ..amount }),
            };
            let dose = Dose { route, amount, delivery, at, every: Some(every), times: Some(3), until: None, steady: false, place: None };
            let time = if in_days { "d" } else { "h" };
            let text = describe(std::slice::from_ref(&dose), &routes(), &unit(time));
            let back = read(&text, time).remove(0);
            prop_assert_eq!((back.route, back.times), (dose.route, dose.times));
            let near = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
            prop_assert!(near(back.amount.value, dose.amount.value) && near(back.at, dose.at), "{}", text);
            prop_assert!(near(back.every.unwrap_or(0.0), every), "{}", text);
        }
    }
}
