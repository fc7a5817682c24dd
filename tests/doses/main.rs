//! What a schedule does, held against closed forms. Timelines are carried out by matrix exponentials from edge to edge
//! (`carry_out`), and must give what superposition of the written doses gives (`superposition`), for every pair of
//! features (`pairs`) and for random schedules on every road (`roads`). The pairs also go through the solver
//! (`integrated`).

mod carry_out;
mod commands;
mod documentation;
mod integrated;
mod model;
mod pairs;
mod roads;
mod superposition;
