{
    "name": "Triage: advice on purchase orders",
    "summary": "Keeps what the triage service advises on orders: one living note a situation, a ranked list, people's judgements",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Purchase",
    "license": "Other OSI approved licence",
    "author": "triage",
    "depends": ["purchase_stock"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "security/sales.xml",
        "data/cron.xml",
        "views/advisory_views.xml",
    ],
    "installable": True,
}
