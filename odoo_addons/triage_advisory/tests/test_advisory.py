"""What the service may leave, what people may judge, and that no order changes."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install", "triage")
class TestAdvisory(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = new_test_user(cls.env, "triage-test", groups="triage_advisory.group_service")
        cls.buyer = new_test_user(cls.env, "buyer-test", groups="purchase.group_purchase_user")
        cls.stranger = new_test_user(cls.env, "stranger-test", groups="base.group_user")
        cls.order = cls.env["purchase.order"].create({"partner_id": cls.env["res.partner"].create({"name": "S"}).id})

    def leave(self, **more):
        values = {
            "key": "purchase.order:1", "res_model": "purchase.order", "res_id": self.order.id, "headline": "Late by 9 days",
            "body_html": "<p>Late</p>", "digest": "a", "priority": "high", "score": 2100.0, "suggested_user": self.buyer.id,
        }  # fmt: skip
        return self.env["triage.advisory"].with_user(self.service).create([{**values, **more}])

    def notes(self):
        return self.order.message_ids.filtered(lambda item: item.author_id == self.service.partner_id)

    def test_one_living_note_and_one_activity(self):
        mails = self.env["mail.mail"].search_count([])
        first = self.leave()
        self.assertEqual(self.leave(), first)
        self.leave(body_html="<p>Later still</p>", digest="b")
        self.assertEqual(len(self.notes()), 1)
        self.assertIn("Later still", self.notes().body)
        self.assertEqual(self.order.activity_ids.user_id, self.buyer)
        self.assertEqual(len(self.order.activity_ids), 1)
        self.assertEqual(self.notes().subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_what_is_over_closes_and_what_is_gone_comes_back(self):
        advisory = self.leave()
        self.notes().unlink()
        self.leave()
        self.assertEqual(len(self.notes()), 1)
        self.leave(body_html="<p>Over</p>", digest="b", settled=True)
        self.assertFalse(advisory.open)
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(len(self.notes()), 1)
        self.leave(body_html="<p>News</p>", digest="c")
        self.assertTrue(advisory.open)
        self.assertEqual(self.order.activity_ids.user_id, self.buyer)

    def test_each_kind_of_record_takes_its_note(self):
        receipt = self.env["stock.picking"].create({"picking_type_id": self.env.ref("stock.picking_type_in").id})
        bill = self.env["account.move"].create({"move_type": "in_invoice", "partner_id": self.order.partner_id.id})
        for record in (receipt, bill, self.order.partner_id):
            self.leave(key=f"k:{record._name}", res_model=record._name, res_id=record.id)
            mine = record.message_ids.filtered(lambda item: item.author_id == self.service.partner_id)
            self.assertEqual(len(mine), 1, record._name)
            self.assertEqual(record.activity_ids.user_id, self.buyer, record._name)

    def test_a_snooze_ends(self):
        advisory = self.leave().with_user(self.buyer)
        advisory.snooze_until = "2020-01-01"
        advisory.action_snooze()
        self.assertEqual(str(advisory.feedback_ids.snoozed_until), "2020-01-01")
        self.assertFalse(advisory.open)
        self.env["triage.advisory"]._wake()
        self.assertTrue(advisory.open)

    def test_nothing_active_or_remote_gets_in(self):
        self.leave(
            body_html='<p>x<img src="https://t.example/p.png"><a href="https://e.example">go</a><script>1</script></p>'
        )
        for word in ("img", "script", "href", "t.example"):
            self.assertNotIn(word, self.notes().body)
        self.assertFalse(self.notes().attachment_ids)

    def test_the_service_can_do_nothing_else(self):
        order = self.order.with_user(self.service)
        for call in (
            order.button_confirm, order.button_cancel, order.unlink, lambda: order.write({"partner_ref": "x"}),
            lambda: order.message_post(body="x"), lambda: order.copy(),
        ):  # fmt: skip
            with self.assertRaises(AccessError):
                call()
        advisory = self.leave()
        for call in (lambda: advisory.write({"headline": "x"}), advisory.unlink, advisory.action_accept):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self.order.state, "draft")

    def test_customer_orders_are_read_and_not_written(self):
        if "sale.order" not in self.env:
            self.skipTest("the sales application is not installed")
        sale = self.env["sale.order"].create({"partner_id": self.order.partner_id.id}).with_user(self.service)
        self.assertTrue(sale.read(["name"]))
        with self.assertRaises(AccessError):
            sale.write({"client_order_ref": "x"})
        self.env["triage.advisory"]._grant_sales()
        rights = self.env["ir.model.access"].search([("name", "=", "Triage service reads sale.order")])
        self.assertEqual(len(rights), 1)

    def test_what_is_wrong_is_refused(self):
        for wrong in (
            {"res_model": "res.users"}, {"key": ""}, {"headline": "x" * 301}, {"res_id": 2_000_000_000}, {"message_id": 1},
        ):  # fmt: skip
            with self.assertRaises(UserError):
                self.leave(**wrong)
        self.assertFalse(self.notes())

    def test_people_judge_and_no_order_changes(self):
        advisory = self.leave().with_user(self.buyer)
        before = self.order.write_date
        advisory.comment = "agreed by telephone"
        advisory.action_accept_with_conditions()
        self.assertEqual(advisory.feedback_ids.mapped("decision"), ["conditions"])
        self.assertEqual(advisory.feedback_ids.comment, "agreed by telephone")
        self.assertEqual(advisory.feedback_ids.login, "buyer-test")
        self.assertFalse(advisory.open)
        self.assertEqual((self.order.state, self.order.write_date), ("draft", before))
        with self.assertRaises(AccessError):
            advisory.headline = "x"
        self.leave(body_html="<p>News</p>", digest="c")
        self.assertTrue(advisory.open)

    def test_strangers_see_nothing(self):
        advisory = self.leave()
        with self.assertRaises(AccessError):
            advisory.with_user(self.stranger).read(["headline"])

    def test_companies_stay_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.order.company_id = other
        advisory = self.leave_as_superuser()
        self.assertEqual(advisory.company_id, other)
        with self.assertRaises(AccessError):
            advisory.with_user(self.buyer).read(["headline"])

    def leave_as_superuser(self):
        values = {"key": "k", "res_model": "purchase.order", "res_id": self.order.id, "headline": "h"}
        return self.env["triage.advisory"].create([values])
