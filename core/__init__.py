"""Evenset's core: from a set of labelled images to a balanced one, without a browser.

The walk, each step a function over values:

    ingest.open_source(source, ...)       -> ImageDataset
    dataset.edits.Edits(), .apply(...)    -> ImageDataset
    audit.audit(dataset)                  -> AuditReport
    augment.apply(image, drawn steps)     -> picture
    augment.evidence.measure_evidence(...)-> Evidence: what each operation does to each class
    embed.embed(dataset, encoder, ...)    -> Embeddings
    resample.make_plan(dataset, ...)      -> BalancePlan
    resample.resample(TrainingSide(...))  -> Made: what stays, copies, pictures, points, weights
    project.project(embeddings, rows)     -> Projection
    project.place_on(projection, ...)     -> Placement of synthetic points
    evaluate.evaluate(dataset, ...)       -> EvaluationReport
    export.export(dataset, plan, ...)     -> ExportReport
    report.write_html(contents)           -> a page that tells all of it, and opens anywhere

Images are known by their row in the dataset, from the first step to the last. What can be chosen
stands in registries of records that also act: CHECKS, OPERATIONS, ENCODERS, STRATEGIES, HEADS,
METRICS, LAYOUTS, CONTAINERS, IMPLEMENTATIONS (of UMAP). What a person should be told about a set,
a plan or a result is worded here, so that page and command line say the same. `docs/design.md`
tells the way more slowly.

The layers, lowest first; each imports only from those before it
(`tests/test_architecture.py` holds this):

    errors, words, progress, threads, batches, limits, parameters, arrays, randomness, storage,
    records, axes, colours, pictures, dataset, ingest, neighbours, duplicates, embed, augment,
    resample, smote, project, evaluate, audit, export,
    report
"""

__version__ = "0.1.0"
