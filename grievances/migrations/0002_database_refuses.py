"""What the database refuses, whoever asks: changing the history, and giving a case to those it accuses."""

from django.db import migrations

UNSAFE = "SET LOCAL citus.enable_unsafe_triggers = 'on'"

NUMBERS = """
CREATE SEQUENCE grievances_opinion_numbers;
"""

KEEP_HISTORY = """
CREATE FUNCTION grievances_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'history is only appended: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'history_is_only_appended';
END $$;
CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE ON grievances_event
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON grievances_event
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER look_kept BEFORE UPDATE OR DELETE ON grievances_look
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
CREATE TRIGGER look_not_truncated BEFORE TRUNCATE ON grievances_look
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_refuse_change();

CREATE FUNCTION grievances_refuse_other_words() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF (NEW.text, NEW.number, NEW.said_at, NEW.recorded_at)
        IS DISTINCT FROM (OLD.text, OLD.number, OLD.said_at, OLD.recorded_at) THEN
        RAISE EXCEPTION 'what was said is kept as it was said'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opinion_words_are_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opinion_words_kept BEFORE UPDATE ON grievances_opinion
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_other_words();
CREATE TRIGGER opinion_not_deleted BEFORE DELETE ON grievances_opinion
    FOR EACH ROW EXECUTE FUNCTION grievances_refuse_change();
"""

FORGET_HISTORY = """
DROP TRIGGER event_kept ON grievances_event;
DROP TRIGGER event_not_truncated ON grievances_event;
DROP TRIGGER look_kept ON grievances_look;
DROP TRIGGER look_not_truncated ON grievances_look;
DROP TRIGGER opinion_words_kept ON grievances_opinion;
DROP TRIGGER opinion_not_deleted ON grievances_opinion;
DROP FUNCTION grievances_refuse_other_words();
DROP FUNCTION grievances_refuse_change();
"""

# A person counts as one of the accused unit if they had a post there on the day the opinion came in or
# later. The zone is written out: a trigger must not depend on the session's.
KEEP_FROM_THE_ACCUSED = """
CREATE FUNCTION grievances_accuses(the_opinion bigint, the_unit bigint, the_person bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT EXISTS (
        SELECT FROM grievances_accusation a
        JOIN grievances_opinion o ON o.id = a.opinion_id
        LEFT JOIN villages_unit accused ON accused.id = a.unit_id
        WHERE a.opinion_id = the_opinion AND (
            a.cadre_id = the_person
            OR EXISTS (SELECT FROM villages_unit u
                       WHERE u.id = the_unit AND starts_with(u.path, accused.path))
            OR EXISTS (SELECT FROM villages_post p JOIN villages_unit u ON u.id = p.unit_id
                       WHERE p.cadre_id = the_person AND starts_with(u.path, accused.path)
                       AND (p.until IS NULL
                            OR p.until >= (o.recorded_at AT TIME ZONE 'Asia/Shanghai')::date))))
$$;

CREATE FUNCTION grievances_refuse_accused(what text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'the opinion complains about them: %', what
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_not_held_by_the_accused';
END $$;

CREATE FUNCTION grievances_check_opinion() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.accusing AND NEW.state NOT IN ('closed', 'withdrawn')
        AND grievances_accuses(NEW.id, NEW.unit_id, NEW.person_id) THEN
        PERFORM grievances_refuse_accused('unit and person');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER opinion_not_with_the_accused
    AFTER INSERT OR UPDATE OF unit_id, person_id, state, accusing ON grievances_opinion
    FOR EACH ROW EXECUTE FUNCTION grievances_check_opinion();

CREATE FUNCTION grievances_check_assisting() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF grievances_accuses(NEW.opinion_id, NEW.unit_id, NULL) THEN
        PERFORM grievances_refuse_accused('assisting unit');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER assisting_not_the_accused AFTER INSERT OR UPDATE ON grievances_assistingunit
    FOR EACH ROW EXECUTE FUNCTION grievances_check_assisting();

CREATE FUNCTION grievances_check_accusation() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM grievances_opinion o WHERE o.id = NEW.opinion_id
               AND o.state NOT IN ('closed', 'withdrawn')
               AND grievances_accuses(o.id, o.unit_id, o.person_id)) THEN
        PERFORM grievances_refuse_accused('named later');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accusation_not_of_the_holder AFTER INSERT OR UPDATE ON grievances_accusation
    FOR EACH ROW EXECUTE FUNCTION grievances_check_accusation();

CREATE FUNCTION grievances_check_post() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM grievances_opinion o WHERE o.person_id = NEW.cadre_id AND o.accusing
               AND o.state NOT IN ('closed', 'withdrawn')
               AND grievances_accuses(o.id, o.unit_id, o.person_id)) THEN
        PERFORM grievances_refuse_accused('new post');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER post_not_over_own_accusation AFTER INSERT OR UPDATE ON villages_post
    FOR EACH ROW EXECUTE FUNCTION grievances_check_post();

CREATE FUNCTION grievances_check_moved_unit() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM grievances_opinion o WHERE o.accusing
               AND o.state NOT IN ('closed', 'withdrawn')
               AND grievances_accuses(o.id, o.unit_id, o.person_id)) THEN
        PERFORM grievances_refuse_accused('moved unit');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unit_not_moved_to_the_accused AFTER UPDATE OF path ON villages_unit
    FOR EACH STATEMENT EXECUTE FUNCTION grievances_check_moved_unit();
"""

LEAVE_TO_THE_ACCUSED = """
DROP TRIGGER opinion_not_with_the_accused ON grievances_opinion;
DROP TRIGGER assisting_not_the_accused ON grievances_assistingunit;
DROP TRIGGER accusation_not_of_the_holder ON grievances_accusation;
DROP TRIGGER post_not_over_own_accusation ON villages_post;
DROP TRIGGER unit_not_moved_to_the_accused ON villages_unit;
DROP FUNCTION grievances_check_opinion();
DROP FUNCTION grievances_check_assisting();
DROP FUNCTION grievances_check_accusation();
DROP FUNCTION grievances_check_post();
DROP FUNCTION grievances_check_moved_unit();
DROP FUNCTION grievances_refuse_accused(text);
DROP FUNCTION grievances_accuses(bigint, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0001_initial")]

    operations = [
        migrations.RunSQL(UNSAFE, migrations.RunSQL.noop),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE grievances_opinion_numbers"),
        migrations.RunSQL(KEEP_HISTORY, FORGET_HISTORY),
        migrations.RunSQL(KEEP_FROM_THE_ACCUSED, LEAVE_TO_THE_ACCUSED),
    ]
