//! The published plasma models give what their papers print: every number of the evidence stands in them, the tables of
//! typical people come out, and so do the clearances that the rows note beside the rate constants.

use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::formats::evidence_table;
use kascade::model::{Model, library, load};
use kascade::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, simulate, take};
use kascade::units::Unit;
use std::sync::Arc;

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn built_in(name: &str) -> Model {
    load(&library::find(name).expect("built in"), &find).expect("it loads").model
}

/// Parameters and what they are set to.
type Settings<'a> = &'a [(&'a str, &'a str)];

/// Measures of one run, in internal units (mg/L, h); a regimen or, with a space in it, a dose.
fn measured(model: &Model, regimen: &str, settings: Settings<'_>, hours: f64, texts: &[&str]) -> Vec<f64> {
    let mut measures = Measures::default();
    for text in texts {
        measures.add(&SourceText::new("test", *text), model, &[]).unwrap_or_else(|report| panic!("{report:?}"));
    }
    let compiled = Compiled::new(model, &measures.subjects);
    let mut scenario = Scenario::undosed(model);
    scenario.until = hours;
    if regimen.contains(' ') {
        scenario.add_doses(model, &SourceText::new("dose", regimen)).expect("a dose");
    } else {
        scenario.add_regimen(model, regimen).expect("a regimen");
    }
    for (name, value) in settings {
        scenario.set(model, name, value).expect("a parameter");
    }
    let trajectory = simulate(&compiled, &scenario, &SolverOptions::default(), Keep::Everything).expect("the run ends");
    take(&measures, &[&trajectory])
}

/// Asserts that `got` is within `tolerance` of `published`, as a ratio.
fn near(got: f64, published: f64, tolerance: f64, what: &str) {
    assert!((got / published - 1.0).abs() <= tolerance, "{what} is {got}, published {published}");
}

/// The rows of the evidence that are parameters of these models.
const PARAMETERS: [(&str, &[(&str, &str)]); 5] = [
    (
        "simons_2022",
        &[
            ("PK003", "VK1"),
            ("PK004", "VK2"),
            ("PK005", "VK3"),
            ("PK006", "CLK1"),
            ("PK007", "CLK2"),
            ("PK008", "CLK3"),
            ("PK009", "MTT_KN"),
            ("PK010", "f_nor"),
            ("PK011", "VN2"),
            ("PK012", "CLN1"),
            ("PK013", "CLN2"),
            ("PK014", "f_hnk"),
            ("PK015", "VH1"),
            ("PK016", "VH2"),
            ("PK017", "CLH1"),
            ("PK018", "CLH2"),
            ("PK081", "power"),
            ("BA025", "F1"),
        ],
    ),
    (
        "perez_ruixo_2021",
        &[
            ("PK031", "Vc"),
            ("PK032", "Q1"),
            ("PK033", "Vp1"),
            ("PK034", "Q2"),
            ("PK035", "Vp2"),
            ("PK036", "Qh60"),
            ("PK037", "Vh"),
            ("PK038", "kel"),
            ("PK039", "kmet"),
            ("PK040", "FRn"),
            ("PK041", "ka_n"),
            ("PK042", "ka_sw"),
            ("PK043", "Fgut"),
            ("PK044", "ka_po"),
            ("PK045", "Vcn"),
            ("PK046", "CLn"),
            ("PK047", "Vpn"),
            ("PK048", "Q3"),
        ],
    ),
    (
        "domino_1984",
        &[("PK063", "v1"), ("PK064", "k10"), ("PK065", "k12"), ("PK066", "k13"), ("PK067", "k21"), ("PK068", "k31")],
    ),
    ("clements_1981", &[("PK069", "v1"), ("PK070", "k10"), ("PK071", "k12"), ("PK072", "k21")]),
    // Its k10, row PK074, is a statement of the model: it follows from the abstract's clearance.
    ("hijazi_2003", &[("PK073", "v1"), ("PK075", "k12"), ("PK076", "k21")]),
];

#[test]
fn every_parameter_in_the_evidence_is_coded_as_published() {
    let rows = evidence_table::read(library::EVIDENCE_TABLES.iter().map(|(_, text)| *text)).expect("the tables");
    for (name, pairs) in PARAMETERS {
        let model = built_in(name);
        for (id, parameter) in pairs {
            let row = &rows[*id];
            // `L/70kg` is a volume at 70 kg.
            let text = match row.unit.trim_end_matches("/70kg") {
                "fraction" | "unitless" => "1",
                unit => unit,
            };
            let unit = Unit::parse(text).unwrap_or_else(|error| panic!("{id}: {error:?}"));
            let coded = &model.parameters[model.parameter(parameter).expect("a parameter")];
            assert!(unit.compatible(&coded.unit), "{id} is in {text}, {name}'s {parameter} in {}", coded.unit.text());
            near(coded.value, unit.to_internal(row.value.expect("a number")), 1e-12, &format!("{name}'s {parameter}"));
        }
    }
}

/// Table 4 of Perez-Ruixo et al.: who, then for 28, 56 and 84 mg the esketamine peak (ng/mL) and area to 24 h (ng h/mL)
/// and those of noresketamine.
const TABLE_4: [(Settings<'static>, [[f64; 4]; 3]); 6] = [
    (&[], [[43.8, 147.3, 59.1, 274.4], [72.5, 254.7, 119.7, 516.3], [101.0, 362.2, 180.0, 758.0]]),
    (&[("asian", "1")], [[44.1, 158.2, 73.4, 371.8], [73.2, 275.9, 148.5, 704.8], [102.4, 393.5, 223.5, 1037.0]]),
    (&[("japanese", "1")], [[57.5, 194.7, 72.1, 406.4], [94.5, 335.1, 146.3, 760.8], [131.3, 475.4, 220.4, 1114.0]]),
    (&[("age", "70")], [[44.6, 160.4, 57.3, 277.9], [73.8, 275.8, 117.2, 522.0], [102.7, 391.2, 177.0, 765.9]]),
    (
        &[("age", "70"), ("asian", "1")],
        [[44.9, 171.0, 71.4, 373.9], [74.4, 296.3, 145.9, 708.0], [103.8, 421.5, 220.4, 1042.0]],
    ),
    (
        &[("age", "70"), ("japanese", "1")],
        [[58.8, 212.2, 69.0, 409.2], [96.5, 363.1, 141.7, 765.3], [133.8, 513.9, 214.4, 1121.0]],
    ),
];

/// Its regimens.
const SPRAYS: [&str; 3] = ["nasal_28", "nasal", "nasal_84"];

#[test]
fn perez_ruixo_table_4_comes_out_within_half_a_per_cent() {
    // The areas of noresketamine are not areas of noresketamine; see the next test and the sheet.
    let model = built_in("perez_ruixo_2021");
    for (who, published) in TABLE_4 {
        for (spray, published) in SPRAYS.iter().zip(published) {
            let texts = ["peak(C_venous)", "auc(C_venous, 0 h, 24 h)", "peak(C_norketamine)"];
            let got = measured(&model, spray, who, 24.0, &texts);
            for ((got, published), text) in got.iter().zip(published).zip(texts) {
                near(got * 1000.0, published, 0.0055, &format!("{spray} {who:?}: {text}"));
            }
        }
    }
}

#[test]
fn perez_ruixo_areas_of_table_4_are_trapezoids_and_those_of_noresketamine_mix_the_substances() {
    // Every tenth of an hour to two hours, then every hour to a day. A trapezoid of esketamine on these times is its
    // published area. One whose left side is noresketamine and whose right side is esketamine, as when a table with both
    // substances in alternate rows is summed, is the published area of noresketamine, in all eighteen places.
    let hours: Vec<f64> = (0..20_u8).map(|step| f64::from(step) / 10.0).chain((2..=24_u8).map(f64::from)).collect();
    let texts: Vec<String> = ["C_venous", "C_norketamine"]
        .iter()
        .flat_map(|what| hours.iter().map(move |hour| format!("at({what}, {hour} h)")))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let area = |left: &[f64], right: &[f64]| -> f64 {
        (1..hours.len()).map(|row| (hours[row] - hours[row - 1]) * (left[row - 1] + right[row]) / 2.0 * 1000.0).sum()
    };
    let model = built_in("perez_ruixo_2021");
    for (who, published) in TABLE_4 {
        for (spray, published) in SPRAYS.iter().zip(published) {
            let got = measured(&model, spray, who, 24.0, &texts);
            let (esketamine, noresketamine) = got.split_at(hours.len());
            near(area(esketamine, esketamine), published[1], 0.0035, &format!("{spray} {who:?}: esketamine"));
            near(area(noresketamine, esketamine), published[3], 0.0025, &format!("{spray} {who:?}: noresketamine"));
        }
    }
}

#[test]
fn every_route_of_perez_ruixo_brings_its_share_over_clearance() {
    // To infinity: what reaches the circulation over Qh E, and what reaches the body, converted, over CLn. By nose and
    // by vein a dose starts in the circulation, what is swallowed or drunk starts in the liver.
    let model = built_in("perez_ruixo_2021");
    let (loss, gut, dose) = (1.11 + 2.77, 0.64, 28.0);
    let extraction = 101.0 * loss / (151.0 + 101.0 * loss);
    let (first, later) = (0.54, 0.54 * 0.62);
    for (route, circulation, liver) in [
        ("iv", 1.0, 0.0),
        ("nasal", first, 0.0),
        ("swallowed", 0.0, (1.0 - first) * gut),
        ("nasal_later", later, 0.0),
        ("swallowed_later", 0.0, (1.0 - later) * gut),
        ("oral", 0.0, gut),
    ] {
        let texts = ["auc(C_venous, 0 h, 240 h)", "auc(C_norketamine, 0 h, 240 h)"];
        let got = measured(&model, &format!("{route} 28 mg at 0 h"), &[], 240.0, &texts);
        near(got[0], (circulation + liver * (1.0 - extraction)) * dose / (151.0 * extraction), 1e-4, route);
        near(got[1], (circulation + liver) * 2.77 / loss * dose / 38.0, 1e-4, route);
    }
}

#[test]
fn a_person_whose_nose_takes_up_nearly_all_swallows_the_rest() {
    // Shares vary on the scale of odds, after the factor of Japanese people: none passes one, and none is negative.
    let model = built_in("perez_ruixo_2021");
    for odds in ["0.05", "1", "20"] {
        for japanese in ["0", "1"] {
            let who = [("japanese", japanese), ("odds_FRn", odds)];
            let shares = measured(&model, "nasal_28", &who, 1.0, &["at(F_first, 0 h)", "at(F_first_sw, 0 h)"]);
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{who:?}: {shares:?}");
        }
    }
}

#[test]
fn every_route_of_simons_brings_its_share_over_clearance() {
    // To infinity, with the molar masses; what is swallowed never appears as S-ketamine.
    let model = built_in("simons_2022");
    let dose = 50.0;
    for (route, ketamine, metabolized) in [("iv", 1.0, 1.0), ("film", 0.263, 0.263), ("film_swallowed", 0.0, 1.16)] {
        let texts = ["auc(C_arterial, 0 h, 200 h)", "auc(C_norketamine, 0 h, 200 h)", "auc(C_hnk, 0 h, 200 h)"];
        let got = measured(&model, &format!("{route} 50 mg at 0 h"), &[], 200.0, &texts);
        let expected = ketamine * dose / (1.48 * 60.0);
        assert!((got[0] - expected).abs() <= 1e-4 * expected, "{route}: {} instead of {expected}", got[0]);
        near(got[1], metabolized * dose * 0.8 / 60.0 * 223.70 / 237.73, 1e-4, route);
        near(got[2], metabolized * dose * 0.8 * 0.7 / (0.933 * 60.0) * 239.70 / 237.73, 1e-4, route);
    }
}

/// Table 2 of Simons et al.: for 50 and 100 mg the peaks (ng/mL) and the areas to 6 h (ng min/mL) of the three
/// substances, means of the people observed; and the share of the film that the authors found for that dose.
const TABLE_2: [(&str, [f64; 6], &str); 2] = [
    ("study_50", [96.0, 276.0, 101.0, 8363.0, 38497.0, 24087.0], "0.29"),
    ("study_100", [144.0, 426.0, 189.0, 13347.0, 67959.0, 44972.0], "0.23"),
];

#[test]
fn simons_table_2_lies_within_a_fifth_of_the_typical_person() {
    // The levels of those people rise less than twofold and the model is linear, so it is low at one dose and high at
    // the other. With a share of its own for each dose, which the authors did not keep, S-ketamine agrees.
    let model = built_in("simons_2022");
    let texts = [
        "peak(C_arterial)",
        "peak(C_norketamine)",
        "peak(C_hnk)",
        "auc(C_arterial, 0 h, 6 h)",
        "auc(C_norketamine, 0 h, 6 h)",
        "auc(C_hnk, 0 h, 6 h)",
    ];
    let units = [1000.0, 1000.0, 1000.0, 60_000.0, 60_000.0, 60_000.0];
    for (regimen, published, share) in TABLE_2 {
        let got = measured(&model, regimen, &[], 6.0, &texts);
        for (((got, published), unit), text) in got.iter().zip(published).zip(units).zip(texts) {
            let tolerance = if text.starts_with("peak") { 0.2 } else { 0.125 };
            near(got * unit, published, tolerance, &format!("{regimen}: {text}"));
        }
        let got = measured(&model, regimen, &[("F1", share)], 6.0, &texts);
        near(got[0] * units[0], published[0], 0.05, &format!("{regimen} with F1 = {share}: peak of S-ketamine"));
        near(got[3] * units[3], published[3], 0.025, &format!("{regimen} with F1 = {share}: area of S-ketamine"));
    }
}

#[test]
fn clearances_are_those_noted_beside_the_rate_constants() {
    // mL/min/kg, rows PK064, PK069 and PK074.
    for (name, hours, published) in
        [("domino_1984", 24.0, 27.6), ("clements_1981", 48.0, 19.1), ("hijazi_2003", 48.0, 36.0)]
    {
        let area = measured(&built_in(name), "iv 70 mg at 0 h", &[], hours, &["auc_inf(C_venous)"])[0];
        near(70.0 / area / 70.0 * 1000.0 / 60.0, published, 0.005, &format!("{name}: mL/min/kg"));
    }
}
